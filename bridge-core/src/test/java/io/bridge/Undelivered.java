package io.bridge;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records what goes to {@link Undeliverable} while it is open. */
public final class Undelivered implements AutoCloseable {

  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<Object> values = new CopyOnWriteArrayList<>();
  private final Registration onFailure = Undeliverable.onFailure(failures::add);
  private final Registration onDiscard = Undeliverable.onDiscard(values::add);

  /** The reported failures, in order. */
  public List<Throwable> failures() {
    return failures;
  }

  /** The discarded values, in order. */
  public List<Object> values() {
    return values;
  }

  @Override
  public void close() {
    onFailure.close();
    onDiscard.close();
  }
}
