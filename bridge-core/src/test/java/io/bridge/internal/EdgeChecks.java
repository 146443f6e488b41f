package io.bridge.internal;

import io.bridge.Await;
import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Publishers;
import io.bridge.fixtures.Fork;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;

/** The parts of core that must still work after an Error in one of them. */
final class EdgeChecks {

  private EdgeChecks() {}

  /** A timer, an await, a deadline, a scope and a stream; {@code later} makes a source. */
  static Map<String, Fork.Action> others(Supplier<Publisher<Integer>> later) {
    Map<String, Fork.Action> others = new LinkedHashMap<>();
    others.put("a timer", () -> Await.delay(Duration.ofMillis(1)));
    others.put("an await", () -> Await.await(later.get()));
    others.put("a deadline", EdgeChecks::deadline);
    others.put("a scope", () -> scope(later.get()));
    others.put("a stream", () -> Await.awaitList(emits()));
    return others;
  }

  private static void deadline() {
    try {
      Coroutine.withTimeout(Duration.ofMillis(1), () -> Await.delay(Duration.ofMinutes(10)));
    } catch (AwaitTimeoutException right) {
      return;
    }
    throw new IllegalStateException("no timeout");
  }

  private static Publisher<Integer> emits() {
    return Publishers.publisher(emitter -> {
      emitter.emit(1);
      emitter.emit(2);
    });
  }

  /** A scope with a child that awaits {@code later}. */
  static void scope(Publisher<Integer> later) throws Exception {
    try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
      scope.fork(() -> 1);
      scope.fork(() -> Await.awaitSingle(later));
      scope.join();
    }
  }

  /** Throws if {@code coroutine} does not end. */
  static void ended(Coroutine<?> coroutine) throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    coroutine.onCompletion(c -> end.countDown());
    if (!end.await(8, TimeUnit.SECONDS)) {
      throw new IllegalStateException("still " + coroutine);
    }
  }
}
