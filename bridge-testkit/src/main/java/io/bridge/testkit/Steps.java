package io.bridge.testkit;

import java.util.concurrent.atomic.AtomicInteger;

/** The order of a test as numbered steps, whatever threads reach them: 1, 2, 3, each once. */
public final class Steps {

  private final AtomicInteger reached = new AtomicInteger();

  /** Reaches step {@code number}; fails if it is not the next one. */
  public void reach(int number) {
    int before = reached.getAndIncrement();
    if (before != number - 1) {
      throw new AssertionError("step " + number + " came after step " + before);
    }
  }

  /** Returns when step {@code number} has been reached. */
  public void await(int number) {
    Eventually.until("step " + number, () -> reached.get() >= number);
  }

  /** The last step that was reached. */
  public int last() {
    return reached.get();
  }
}
