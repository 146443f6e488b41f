package io.bridge;

import static io.bridge.Streams.isDone;
import static io.bridge.Streams.isParked;
import static io.bridge.Streams.publisher;
import static io.bridge.Streams.untilUnlessStuck;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @Test
  @DisplayName("B4 RS 1.3 a second emitter does not get into onNext beside the first")
  void secondWaitsForItsTurn() {
    AtomicReference<@Nullable Thread> second = new AtomicReference<>();
    Drain drain = new Drain(Long.MAX_VALUE);
    drain.onNext((self, item) -> {
      if (item.equals("first")) {
        Eventually.until(
            "the second waits, or is inside",
            () -> isParked(second.get()) || drain.items().size() > 1);
      }
    });
    publisher(
            emitter -> {
              Coroutine<@Nullable Void> child =
                  Coroutine.start(() -> {
                    drain.awaitItems(1);
                    second.set(Thread.currentThread());
                    emitter.emit("second");
                  });
              emitter.emit("first");
              child.await();
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("first", "second");
    assertThat(drain.failure()).isNull();
    assertThat(drain.wasLawful()).isTrue();
  }

  /** Emitters of one body that have gone to wait one after another: for demand, for their turn. */
  private static final class Queue {
    final List<Coroutine<String>> emitters = new CopyOnWriteArrayList<>();
    final Drain drain = new Drain(0);

    Queue(int size) {
      publisher(
              emitter -> {
                for (int i = 0; i < size; i++) {
                  emitters.add(emitting(emitter, "item" + i));
                }
                emitters.forEach(each -> Eventually.until("its end", each::isDone));
              })
          .subscribe(drain);
      Eventually.until("all wait", () -> emitters.size() == size);
    }

    /** Returns when the emitter waits. */
    private static Coroutine<String> emitting(Emitter<String> emitter, String item) {
      AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
      Coroutine<String> coroutine =
          Coroutine.start(() -> {
            thread.set(Thread.currentThread());
            Throwable thrown = catchThrowable(() -> emitter.emit(item));
            return thrown == null ? "delivered" : thrown.getClass().getSimpleName();
          });
      Eventually.until("it waits", () -> isParked(thread.get()));
      return coroutine;
    }

    List<String> outcomes() {
      return emitters.stream().map(Coroutine::await).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @DisplayName("B4 one of three waiting emitters is cancelled: it alone ends, and takes no demand")
  void oneOfThreeCancelled(int cancelled) {
    Queue queue = new Queue(3);
    Coroutine<String> victim = queue.emitters.get(cancelled);
    victim.cancel();
    Eventually.until("it ended", victim::isDone);
    assertThat(queue.drain.items()).isEmpty();
    queue.drain.request(2);
    queue.drain.awaitEnd();
    List<String> outcomes = new ArrayList<>(Collections.nCopies(3, "delivered"));
    outcomes.set(cancelled, "CancellationException");
    assertThat(queue.outcomes()).isEqualTo(outcomes);
    assertThat(queue.drain.items()).hasSize(2).doesNotContain("item" + cancelled);
    assertThat(queue.drain.failure()).isNull();
    assertThat(queue.drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B4 the subscriber's cancel ends every waiting emitter, one after another")
  void cancelEndsAllWaiting() {
    try (Undelivered lost = new Undelivered()) {
      Queue queue = new Queue(5);
      queue.drain.cancel();
      assertThat(queue.outcomes()).hasSize(5).containsOnly("CancellationException");
      assertThat(queue.drain.items()).isEmpty();
      assertThat(queue.drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  /** A stream whose body holds until the test lets it end. */
  private static final class Held {
    final Drain drain = new Drain(0);
    final Probe<String> end = new Probe<>();
    final Emitter<String> emitter;

    Held() {
      AtomicReference<@Nullable Emitter<String>> handed = new AtomicReference<>();
      publisher(
              e -> {
                handed.set(e);
                Await.await(end);
              })
          .subscribe(drain);
      end.awaitRequest();
      emitter = requireNonNull(handed.get());
    }
  }

  @Test
  @DisplayName("B4 RS 1.5 the end of the body ends emitters of other threads, without demand")
  void endWakesStrays() {
    Held held = new Held();
    List<Fork<String>> strays = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      strays.add(Fork.virtual(() -> held.emitter.emit("stray")).awaitParked());
    }
    held.end.complete();
    for (Fork<String> stray : strays) {
      untilUnlessStuck("it ends", stray::thread, stray::isDone);
      assertThat(stray.joinFailure()).isExactlyInstanceOf(IllegalStateException.class);
    }
    assertThat(held.drain.awaitEnd().failure()).isNull();
    assertThat(held.drain.items()).isEmpty();
    assertThat(held.drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("A6 B4 cancel itself wakes an emitter of another thread")
  void cancelWakesAnotherThread() {
    Held held = new Held();
    Fork<String> stray = Fork.virtual(() -> held.emitter.emit("stray")).awaitParked();
    held.drain.cancel();
    untilUnlessStuck("it ends", stray::thread, stray::isDone);
    assertThat(stray.joinFailure()).isExactlyInstanceOf(CancellationException.class);
  }

  @Test
  @DisplayName("B6 cancel ends an emitter on a thread that is not ours without an interrupt")
  void foreignThreadNotInterrupted() {
    Held held = new Held();
    Fork<Boolean> stray =
        Fork.platform(() -> {
          Throwable thrown = catchThrowable(() -> held.emitter.emit("stray"));
          assertThat(thrown).isExactlyInstanceOf(CancellationException.class);
          return Thread.currentThread().isInterrupted();
        });
    stray.awaitParked();
    held.drain.cancel();
    assertThat(stray.join()).isFalse();
    held.end.awaitCancel();
    assertThat(held.end.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "B4 A9 inside shield an emitter waits for its turn beyond the cancel of its coroutine")
  void shieldedWaiterGoesOn() {
    CountDownLatch release = new CountDownLatch(1);
    Drain drain = new Drain(Long.MAX_VALUE);
    drain.onNext((self, item) -> {
      if (item.equals("first")) {
        Eventually.until("released", () -> release.getCount() == 0);
      }
    });
    AtomicReference<@Nullable Thread> second = new AtomicReference<>();
    AtomicReference<@Nullable Coroutine<?>> child = new AtomicReference<>();
    publisher(
            emitter -> {
              child.set(
                  Coroutine.start(() ->
                      Coroutine.shield(() -> {
                        drain.awaitItems(1);
                        second.set(Thread.currentThread());
                        emitter.emit("second");
                      })));
              emitter.emit("first");
              Eventually.until("the child ends", () -> isDone(child.get()));
            })
        .subscribe(drain);
    Eventually.until("the second waits", () -> isParked(second.get()));
    requireNonNull(child.get()).cancel();
    requireNonNull(second.get()).interrupt();
    release.countDown();
    assertThat(drain.awaitEnd().items()).containsExactly("first", "second");
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B4 A9 an interrupt of a plain thread that waits for its turn ends that emit")
  void interruptedWaiter() {
    CountDownLatch release = new CountDownLatch(1);
    Drain drain = new Drain(Long.MAX_VALUE);
    drain.onNext((self, item) -> Eventually.until("released", () -> release.getCount() == 0));
    AtomicReference<@Nullable Emitter<String>> shared = new AtomicReference<>();
    publisher(
            emitter -> {
              shared.set(emitter);
              Coroutine.start(() -> emitter.emit("first")).await(); // the lock's way, from now on
            })
        .subscribe(drain);
    drain.awaitItems(1);
    Fork<String> second =
        Fork.platform(() -> {
          Throwable thrown = catchThrowable(() -> requireNonNull(shared.get()).emit("second"));
          assertThat(thrown).isExactlyInstanceOf(CancellationException.class);
          assertThat(Thread.interrupted()).as("set again").isTrue();
        });
    second.awaitParked().interrupt();
    second.join();
    release.countDown();

    assertThat(drain.awaitEnd().items()).containsExactly("first");
    assertThat(drain.failure()).isNull();
  }
}
