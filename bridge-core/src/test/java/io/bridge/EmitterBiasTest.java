package io.bridge;

import static io.bridge.Streams.isParked;
import static io.bridge.Streams.publisher;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("B4 the first emit of another thread, while the body's own is inside onNext")
@Timeout(60)
class EmitterBiasTest {

  /** Receives "first" until that is released; then onNext throws {@code failure}, if any. */
  private static Drain drain(CountDownLatch release, @Nullable RuntimeException failure) {
    return new Drain(Long.MAX_VALUE)
        .onNext((self, item) -> {
          if (item.equals("first")) {
            Eventually.until("released", () -> release.getCount() == 0);
            if (failure != null) {
              throw failure;
            }
          }
        });
  }

  /** A body whose first item is being received until the test releases it. */
  private static final class Inside {
    final CountDownLatch release = new CountDownLatch(1);
    final CountDownLatch end = new CountDownLatch(1);
    final AtomicReference<@Nullable Emitter<String>> handed = new AtomicReference<>();
    final AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    final Drain drain;

    Inside() {
      this(null);
    }

    Inside(@Nullable RuntimeException ofOnNext) {
      drain = drain(release, ofOnNext);
      publisher(
              emitter -> {
                handed.set(emitter);
                inBody.set(catchThrowable(() -> emitter.emit("first")));
                Coroutine.shield(() -> Eventually.until("the end", () -> end.getCount() == 0));
                emitter.emit("last");
              })
          .subscribe(drain);
      drain.awaitItems(1);
    }

    Emitter<String> emitter() {
      return requireNonNull(handed.get());
    }

    Fork<String> emitting(String item) {
      return Fork.virtual(() -> emitter().emit(item)).awaitParked();
    }

    void release() {
      release.countDown();
      end.countDown();
    }
  }

  @Test
  @DisplayName("B4 it waits, and is woken when the item was received")
  void waits() {
    Inside inside = new Inside();
    Fork<String> other = inside.emitting("other");
    assertThat(inside.drain.items()).containsExactly("first");
    inside.release.countDown();
    other.join();
    assertThat(inside.drain.items()).containsExactly("first", "other");
    inside.end.countDown();
    assertThat(inside.drain.awaitEnd().items()).containsExactly("first", "other", "last");
    assertThat(inside.drain.failure()).isNull();
    assertThat(inside.drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B4 one that is cancelled while it waits leaves the next one waiting, and no item")
  void cancelledWaiter() {
    Inside inside = new Inside();
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    Coroutine<@Nullable Void> first =
        Coroutine.start(() -> {
          thread.set(Thread.currentThread());
          inside.emitter().emit("cancelled");
        });
    Eventually.until("it waits", () -> isParked(thread.get()));
    first.cancel();
    Eventually.until("it ended", first::isDone);
    assertThat(first.state()).isEqualTo(Coroutine.State.CANCELLED);
    Fork<String> second = inside.emitting("second");
    assertThat(inside.drain.items()).containsExactly("first");
    inside.release();
    second.join();
    assertThat(inside.drain.awaitEnd().items())
        .hasSize(3)
        .startsWith("first")
        .contains("second", "last");
    assertThat(inside.drain.failure()).isNull();
    assertThat(inside.drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B4 T1 a timeout ends its wait; inside shield it goes on beyond an interrupt")
  void timeoutAndShield() {
    Inside inside = new Inside();
    Fork<String> timed =
        Fork.virtual(() ->
            Coroutine.withTimeout(Duration.ofMillis(5), () -> inside.emitter().emit("timed")));
    assertThat(timed.joinFailure()).isExactlyInstanceOf(AwaitTimeoutException.class);
    Fork<Boolean> shielded =
        Fork.virtual(() -> {
          Coroutine.shield(() -> inside.emitter().emit("shielded"));
          return Thread.interrupted();
        });
    shielded.awaitParked();
    shielded.interrupt();
    inside.release();
    assertThat(shielded.join()).as("the flag is up behind the shield").isTrue();
    assertThat(inside.drain.awaitEnd().items()).hasSize(3).doesNotContain("timed");
    assertThat(inside.drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("A6 B4 the subscriber's cancel ends its wait although onNext goes on")
  void subscriberCancels() {
    Inside inside = new Inside();
    Fork<String> other = inside.emitting("other");
    inside.drain.cancel();
    assertThat(other.joinFailure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(inside.inBody.get()).as("the body's emit").isNull();
    inside.release();
    Eventually.until("the body's emit ends", () -> inside.inBody.get() != null);
    assertThat(inside.inBody.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(inside.drain.items()).containsExactly("first");
  }

  @Test
  @DisplayName("B4 RS 1.3 of two other threads the second waits for the first")
  void twoOthers() {
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<@Nullable Emitter<String>> handed = new AtomicReference<>();
    Drain drain = drain(release, null);
    publisher(
            emitter -> {
              handed.set(emitter);
              Eventually.until("both items", () -> drain.items().size() == 2);
            })
        .subscribe(drain);
    Eventually.until("the body runs", () -> handed.get() != null);
    Emitter<String> emitter = requireNonNull(handed.get());
    Fork<String> first = Fork.virtual(() -> emitter.emit("first"));
    drain.awaitItems(1);
    Fork<String> second = Fork.virtual(() -> emitter.emit("second"));
    Eventually.until(
        "it waits, or is inside", () -> isParked(second.thread()) || drain.items().size() > 1);
    release.countDown();
    first.join();
    second.join();
    assertThat(drain.awaitEnd().items()).containsExactly("first", "second");
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B5 an onNext that throws lets it go, cancelled")
  void onNextThrows() {
    IllegalArgumentException failure = new IllegalArgumentException("of onNext");
    Inside inside = new Inside(failure);
    Fork<String> other = inside.emitting("other");
    inside.release();
    assertThat(other.joinFailure()).isExactlyInstanceOf(CancellationException.class);
    Eventually.until("the body's emit ends", () -> inside.inBody.get() != null);
    assertThat(inside.inBody.get()).isSameAs(failure);
    assertThat(inside.drain.items()).containsExactly("first");
  }

  @Test
  @DisplayName("B4 an emit from onNext is refused, in a block of its own, too; the stream goes on")
  void fromInside() {
    AtomicReference<@Nullable Emitter<String>> handed = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> plain = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> inBlock = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              Emitter<String> emitter = requireNonNull(handed.get());
              if (item.equals("first")) {
                plain.set(catchThrowable(() -> emitter.emit("inside")));
                inBlock.set(
                    catchThrowable(() ->
                        Coroutine.withTimeout(Duration.ofHours(1), () -> emitter.emit("inside"))));
              }
            });
    publisher(
            emitter -> {
              handed.set(emitter);
              emitter.emit("first");
              emitter.emit("second");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("first", "second");
    assertThat(plain.get()).isExactlyInstanceOf(IllegalStateException.class);
    assertThat(inBlock.get()).isExactlyInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisplayName("A3 A9 T2 in a block of the body its deadline counts for every item, not behind it")
  void deadlineInsideTheBody() {
    Drain drain = new Drain(Long.MAX_VALUE);
    AtomicReference<@Nullable Throwable> inBlock = new AtomicReference<>();
    publisher(
            emitter -> {
              inBlock.set(
                  catchThrowable(() ->
                      Coroutine.withTimeout(
                          Duration.ofMillis(5),
                          () -> {
                            while (drain.items().size() < 1_000_000) {
                              emitter.emit("inside");
                              Thread.onSpinWait();
                            }
                          })));
              emitter.emit("behind");
            })
        .subscribe(drain.onNext((self, item) -> Races.spinNanos(100_000)));
    assertThat(drain.awaitEnd().items()).endsWith("behind");
    assertThat(inBlock.get()).isExactlyInstanceOf(AwaitTimeoutException.class);
  }

  @Test
  @DisplayName("A9 a foreign interrupt of the body's thread ends the next of its emits")
  void foreignInterrupt() {
    Drain drain = new Drain(Long.MAX_VALUE);
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    publisher(
            emitter -> {
              emitter.emit("first");
              Thread.currentThread().interrupt();
              inBody.set(catchThrowable(() -> emitter.emit("second")));
            })
        .subscribe(drain);
    drain.awaitEnd();
    assertThat(inBody.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(drain.items()).containsExactly("first");
  }

  @Test
  @DisplayName("B6 behind an item passed on with the lock, a cancel interrupts the body again")
  void windowOpensBehindTheLock() {
    Drain drain = new Drain(Long.MAX_VALUE);
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    CountDownLatch emitted = new CountDownLatch(1); // a cancel before that ends the emit
    publisher(
            emitter -> {
              Fork.virtual(() -> emitter.emit("other")).join();
              emitter.emit("own");
              emitted.countDown();
              inBody.set(catchThrowable(() -> new CountDownLatch(1).await()));
            })
        .subscribe(drain);
    drain.awaitItems(2);
    Eventually.until("the emit returns", () -> emitted.getCount() == 0);
    drain.cancel();
    Eventually.until("the body is interrupted", () -> inBody.get() != null);
    assertThat(inBody.get()).isExactlyInstanceOf(InterruptedException.class);
    assertThat(drain.items()).containsExactly("other", "own");
  }
}
