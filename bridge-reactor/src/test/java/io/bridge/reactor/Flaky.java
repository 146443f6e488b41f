package io.bridge.reactor;

import io.bridge.Body;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A body that fails the first times. */
final class Flaky implements Body<String, IOException> {

  static final ThreadLocal<String> LOCAL = ThreadLocal.withInitial(() -> "none");

  private final int failures;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final List<String> locals = new CopyOnWriteArrayList<>();

  Flaky(int failures) {
    this.failures = failures;
  }

  @Override
  public String call() throws IOException {
    threads.add(Thread.currentThread());
    locals.add(LOCAL.get());
    if (attempts() <= failures) {
      throw new IOException("attempt " + attempts());
    }
    return "value " + attempts();
  }

  int attempts() {
    return threads.size();
  }

  List<Thread> threads() {
    return threads;
  }

  /** What {@link #LOCAL} was, in each attempt. */
  List<String> locals() {
    return locals;
  }
}
