package io.bridge.examples.inplace;

import static io.bridge.reactor.ReactorBridge.*;
import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.Coroutine;
import java.time.Duration;

/**
 * A program that parks inside as many bodies as share a thread, each below so many frames of other
 * code; with the default stack.
 */
public final class DepthProgram {

  private static final int BODIES = 32;
  private static final int WARM = 300;

  private DepthProgram() {}

  private static int bodies(int left, int frames) {
    if (left == 0) {
      Await.delay(Duration.ofNanos(1000));
      return 0;
    }
    return foreign(left, frames, frames) + 1;
  }

  /** Code of others between two bodies. */
  private static int foreign(int left, int frames, int more) {
    return more == 0 ? body(left, frames) + 0 : foreign(left, frames, more - 1) + 0;
  }

  private static int body(int left, int frames) {
    return requireNonNull(await(mono(() -> bodies(left - 1, frames))));
  }

  /** Parks below {@code arguments[0]} frames a body, again and again. */
  public static void main(String[] arguments) {
    int frames = Integer.parseInt(arguments[0]);
    for (int round = 0; round < WARM; round++) {
      Integer depth = Coroutine.start(() -> bodies(BODIES, frames)).await();
      if (depth == null || depth != BODIES) {
        System.out.println("depth " + depth);
        System.exit(1);
      }
    }
    System.out.println("parked");
    System.exit(0);
  }
}
