package io.bridge.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a {@link System.Logger} gets while this is open, in place of the console. */
public final class RecordedLog implements AutoCloseable {

  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
  private final Logger logger; // kept: the JDK keeps it weakly
  private final Handler handler;

  private RecordedLog(String name, Consumer<LogRecord> then) {
    logger = Logger.getLogger(name);
    handler =
        new Handler() {
          @Override
          public void publish(LogRecord logged) {
            records.add(logged);
            then.accept(logged);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  /** Records what the logger of that name gets. */
  public static RecordedLog of(String name) {
    return new RecordedLog(name, logged -> {});
  }

  /** The same of a logger that throws. */
  public static RecordedLog throwing(String name, Error thrown) {
    return new RecordedLog(
        name,
        logged -> {
          throw thrown;
        });
  }

  /** What was logged as an error with an exception, in order. */
  public List<Throwable> errors() {
    return records.stream()
        .filter(logged -> logged.getLevel().equals(Level.SEVERE))
        .map(LogRecord::getThrown)
        .toList();
  }

  /** How many records there are, of whatever level. */
  public int size() {
    return records.size();
  }

  @Override
  public void close() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }
}
