package io.bridge.testkit;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The threads that began to live after a moment, virtual ones too, which only a thread dump of the
 * JDK lists; those with which the JDK carries and wakes virtual threads do not count.
 */
public final class LiveThreads {

  private static final Pattern THREAD = Pattern.compile("#(\\d+) \"(.*)\".*");
  private static final Pattern OF_THE_JDK =
      Pattern.compile("ForkJoinPool-\\d+-worker-.*|VirtualThread-.*|.*-Poller.*");

  private final Map<Long, String> before = dump();

  private LiveThreads() {}

  /** Begins to count now. */
  public static LiveThreads sinceNow() {
    return new LiveThreads();
  }

  /** The names, by thread id, of those that live now and did not at the beginning. */
  public Map<Long, String> started() {
    Map<Long, String> now = dump();
    now.keySet().removeAll(before.keySet());
    now.values().removeIf(name -> OF_THE_JDK.matcher(name).matches());
    return now;
  }

  /** How many coroutines are among them, by the prefix of their names; the timers' is none. */
  public int startedByBridge() {
    return (int)
        started().values().stream()
            .filter(name -> name.startsWith("bridge-") && !name.equals("bridge-timer"))
            .count();
  }

  /** Returns when no thread has this name any more; what it gives up was given up. */
  public static void awaitNone(String name) {
    Eventually.until("no thread is left: " + name, () -> !dump().containsValue(name));
  }

  private static Map<Long, String> dump() {
    try {
      Path folder = Files.createTempDirectory("threads");
      Path file = folder.resolve("dump"); // it must not exist
      try {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
        return read(file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<Long, String> read(Path file) throws IOException {
    Map<Long, String> threads = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      Matcher thread = THREAD.matcher(line);
      if (thread.matches()) {
        threads.put(Long.valueOf(thread.group(1)), thread.group(2));
      }
    }
    return threads;
  }
}
