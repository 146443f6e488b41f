package io.bridge.stress;

import io.bridge.reactor.ReactorBridge;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * A step that is run again when it fails (T5): on the thread that waits, one attempt after the
 * other, not more often than the spec says, and not behind the end.
 */
final class Retries {

  private static final int UNLIMITED = Integer.MAX_VALUE;

  private final Program program;

  // the calling thread
  private int most = UNLIMITED;
  private int attempts;
  private boolean over;

  Retries(Program program) {
    this.program = program;
  }

  /** Draws one. */
  void step() throws Exception {
    Retry spec = spec();
    Program inside = program.branch();
    Thread caller = Thread.currentThread();
    try {
      Program.use(
          ReactorBridge.<@Nullable Item, Exception>retry(spec, () -> attempt(inside, caller)));
    } finally {
      over = true;
    }
  }

  private Item attempt(Program inside, Thread caller) throws Exception {
    if (over || Thread.currentThread() != caller) {
      program.surprise("an attempt elsewhere or behind the end");
    }
    if (attempts++ > most) { // the first is none of the spec's
      program.surprise(attempts + " attempts, and only " + most + " more than one allowed");
    }
    if (program.random.nextInt(3) == 0) {
      throw new Planned("attempt");
    }
    return inside.runOwing();
  }

  private Retry spec() {
    int retries = program.random.nextInt(4);
    Duration pause = program.moment(800);
    most = retries;
    return switch (program.random.nextInt(6)) {
      case 0 -> Retry.max(retries);
      case 1 -> Retry.fixedDelay(retries, pause);
      case 2 -> Retry.backoff(retries, pause).jitter(0.5).maxBackoff(Duration.ofMillis(3));
      case 3 -> Retry.max(retries).filter(Planned.class::isInstance);
      case 4 ->
          Retry.fixedDelay(retries, pause)
              .onRetryExhaustedThrow((of, signal) -> new Planned("exhausted"));
      default -> custom(retries, pause);
    };
  }

  /** One that ends by itself: without a failure, or with one of its own, during an attempt too. */
  private Retry custom(int retries, Duration pause) {
    boolean fails = program.random.nextBoolean();
    if (fails) {
      most = UNLIMITED;
      Mono<Long> end = Mono.delay(pause).then(Mono.error(() -> new Planned("spec")));
      return Retry.from(signals -> signals.map(Retry.RetrySignal::totalRetries).mergeWith(end));
    }
    return Retry.from(signals -> signals.take(retries));
  }
}
