package io.bridge;

import static io.bridge.Streams.isDone;
import static io.bridge.Streams.isParked;
import static io.bridge.Streams.publisher;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("B4 several threads of one body emit")
@Timeout(60)
class EmitterTurnsTest {

  @Test
  @DisplayName("B4 RS 1.3 emits from several threads of one body are serialised, none is lost")
  void concurrentEmit() {
    Drain drain = new Drain(1).onNext((self, item) -> self.request(1));
    publisher(
            emitter -> {
              List<Coroutine<@Nullable Void>> children = new ArrayList<>();
              for (int c = 0; c < 8; c++) {
                children.add(
                    Coroutine.start(() -> {
                      for (int i = 0; i < 500; i++) {
                        emitter.emit("item");
                      }
                    }));
              }
              children.forEach(Coroutine::await);
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).hasSize(4_000);
    assertThat(drain.failure()).isNull();
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B4 an emitter that waits for its turn is cancellable")
  void waitingEmitterIsCancellable() {
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<@Nullable Thread> second = new AtomicReference<>();
    AtomicReference<@Nullable Coroutine<?>> child = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> Eventually.until("go on", () -> release.getCount() == 0));
    publisher(
            emitter -> {
              child.set(
                  Coroutine.start(() -> {
                    drain.awaitItems(1);
                    second.set(Thread.currentThread());
                    emitter.emit("b");
                  }));
              emitter.emit("a");
              Eventually.until("the child ends", () -> isDone(child.get()));
            })
        .subscribe(drain);
    Eventually.until("the second waits", () -> isParked(second.get()));
    Coroutine<?> waiting = child.get();
    assertThat(waiting).isNotNull();
    if (waiting != null) {
      waiting.cancel();
      Eventually.until("it ended", waiting::isDone);
      assertThat(waiting.state()).isEqualTo(Coroutine.State.CANCELLED);
    }
    release.countDown();
    assertThat(drain.awaitEnd().items()).containsExactly("a");
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B4 a timeout around emit without demand leaves the stream usable")
  void timeoutOfEmit() {
    Drain drain = new Drain(0);
    publisher(
            emitter -> {
              assertThat(
                      catchThrowable(() ->
                          Coroutine.withTimeout(Duration.ofMillis(5), () -> emitter.emit("never"))))
                  .isExactlyInstanceOf(AwaitTimeoutException.class);
              drain.request(1);
              emitter.emit("a");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a");
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B4 RS 1.3 an item that is under way as the body ends: delivered, and emit returns")
  void emitWhileTheBodyEnds() {
    AtomicReference<@Nullable Emitter<String>> kept = new AtomicReference<>();
    AtomicReference<@Nullable Coroutine<?>> body = new AtomicReference<>();
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    CountDownLatch hold = new CountDownLatch(1);
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              hold.countDown();
              Eventually.until(
                  "the end waits for this item",
                  () -> isDone(body.get()) && isParked(thread.get()));
            });
    publisher(
            emitter -> {
              body.set(Coroutine.current());
              thread.set(Thread.currentThread());
              kept.set(emitter);
              hold.await();
            })
        .subscribe(drain);
    Eventually.until("the body holds", () -> kept.get() != null && isParked(thread.get()));
    Emitter<String> emitter = kept.get();
    assertThat(emitter).isNotNull();
    Throwable thrown = emitter == null ? null : catchThrowable(() -> emitter.emit("a"));
    assertThat(drain.awaitEnd().items()).containsExactly("a");
    assertThat(drain.wasLawful()).isTrue();
    assertThat(thrown).as("of an emit that has delivered").isNull();
  }
}
