package io.bridge;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** What the tests of stream bodies share. */
final class Streams {

  private Streams() {}

  /** Its body is one of strings without saying so. */
  static Publisher<String> publisher(Emitter.Body<String> body) {
    return Publishers.publisher(body);
  }

  /** A body that waits where an interrupt or a cancel ends it. */
  static void sleep() throws InterruptedException {
    Thread.sleep(60_000);
  }

  static boolean isParked(@Nullable Thread thread) {
    return thread != null
        && (thread.getState() == Thread.State.WAITING
            || thread.getState() == Thread.State.TIMED_WAITING);
  }

  static boolean isDone(@Nullable Coroutine<?> coroutine) {
    return coroutine != null && coroutine.isDone();
  }
}
