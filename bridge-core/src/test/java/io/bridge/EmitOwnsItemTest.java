package io.bridge;

import static io.bridge.Streams.isParked;
import static io.bridge.Streams.publisher;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("B4 A12 emit owns its item: one that it could not deliver is given up, once")
@Timeout(60)
class EmitOwnsItemTest {

  private final Undelivered lost = new Undelivered();
  private final BodyRun<String> body = new BodyRun<>();

  @AfterEach
  void close() {
    lost.close();
  }

  /** What a body does with the emitter. */
  interface Emitting {
    void with(Emitter<String> emitter) throws Exception;
  }

  /** Subscribes to a body that notes where it is and how it ends. */
  private void run(Drain drain, Emitting code) {
    publisher(noting(code)).subscribe(drain);
  }

  private Emitter.Body<String> noting(Emitting code) {
    return emitter -> {
      var unused =
          catchThrowable(() ->
              body.call(() -> {
                code.with(emitter);
                return "done";
              }));
    };
  }

  private void assertGivenUp(Class<? extends Throwable> with, String... items) {
    assertThat(body.failure()).isExactlyInstanceOf(with);
    assertThat(lost.values()).containsExactlyInAnyOrder((Object[]) items);
  }

  @Test
  @DisplayName("B4 it waits for demand, and the subscriber cancels")
  void cancelledWithoutDemand() {
    Drain drain = new Drain(1);
    run(
        drain,
        emitter -> {
          emitter.emit("got");
          emitter.emit("waits");
        });
    drain.awaitItems(1);
    body.awaitParked();
    drain.cancel();
    assertGivenUp(CancellationException.class, "waits");
  }

  @Test
  @DisplayName("B4 it waits for demand inside shield, and the subscriber cancels")
  void cancelledInShield() {
    Drain drain = new Drain(0);
    run(drain, emitter -> Coroutine.shield(() -> emitter.emit("waits")));
    body.awaitParked();
    drain.cancel();
    assertGivenUp(CancellationException.class, "waits");
  }

  @Test
  @DisplayName("B4 after the cancel, also inside shield")
  void afterCancel() {
    Drain drain = new Drain(0);
    run(
        drain,
        emitter -> {
          var unused = catchThrowable(Streams::sleep);
          var first = catchThrowable(() -> emitter.emit("after"));
          assertThat(first).isExactlyInstanceOf(CancellationException.class);
          Coroutine.shield(() -> emitter.emit("shielded"));
        });
    body.awaitParked();
    drain.cancel();
    assertGivenUp(CancellationException.class, "after", "shielded");
  }

  @Test
  @DisplayName("B4 B2 the demand broke a rule while it waited")
  void rejected() {
    Drain drain = new Drain(0);
    run(drain, emitter -> emitter.emit("waits"));
    body.awaitParked();
    drain.request(0);
    assertGivenUp(CancellationException.class, "waits");
    assertThat(drain.awaitEnd().failure()).isExactlyInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("B4 T1 a timeout of the body cuts it off; the stream goes on")
  void timedOut() {
    Drain drain = new Drain(0);
    run(
        drain,
        emitter -> {
          var timeout =
              catchThrowable(
                  () -> Coroutine.withTimeout(Duration.ofMillis(1), () -> emitter.emit("late")));
          emitter.emit("next");
          throw (RuntimeException) requireNonNull(timeout);
        });
    Eventually.until("cut off", () -> !lost.values().isEmpty());
    drain.request(1);
    assertGivenUp(AwaitTimeoutException.class, "late");
    assertThat(drain.items()).containsExactly("next");
  }

  @Test
  @DisplayName("B4 A9 a foreign interrupt while it waits")
  void interrupted() {
    run(new Drain(0), emitter -> emitter.emit("waits"));
    body.awaitParked();
    body.thread().interrupt();
    assertGivenUp(CancellationException.class, "waits");
  }

  @Test
  @DisplayName("B4 several threads of one body, one of which waits for its turn")
  void waitsForTurn() {
    Drain drain = new Drain(0);
    run(
        drain,
        emitter -> {
          try (var scope = CoroutineScope.open(CoroutineScope.Joiner.awaitAll())) {
            AtomicReference<@Nullable Thread> second = new AtomicReference<>();
            scope.fork(() -> emitter.emit("one"));
            scope.fork(() -> {
              second.set(Thread.currentThread());
              emitter.emit("two");
            });
            Eventually.until("the second waits", () -> isParked(second.get()));
            drain.cancel();
            scope.join();
          }
        });
    Eventually.until("the body ends", body::isDone);
    assertThat(lost.values()).containsExactlyInAnyOrder("one", "two");
  }

  @Test
  @DisplayName("B4 after the end of the body")
  void afterEnd() {
    AtomicReference<@Nullable Emitter<String>> kept = new AtomicReference<>();
    Drain drain = new Drain(1);
    run(drain, kept::set);
    drain.awaitEnd();
    var late = Fork.virtual(() -> requireNonNull(kept.get()).emit("late")).joinFailure();
    assertThat(late).isExactlyInstanceOf(IllegalStateException.class);
    assertThat(lost.values()).containsExactly("late");
  }

  @Test
  @DisplayName("B4 from inside onNext, which got the item outside")
  void insideOnNext() {
    AtomicReference<@Nullable Emitter<String>> kept = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> inside = new AtomicReference<>();
    Drain drain =
        new Drain(1)
            .onNext((self, item) ->
                inside.set(catchThrowable(() -> requireNonNull(kept.get()).emit("inside"))));
    run(
        drain,
        emitter -> {
          kept.set(emitter);
          emitter.emit("outside");
        });
    drain.awaitEnd();
    assertThat(inside.get()).isExactlyInstanceOf(IllegalStateException.class);
    assertThat(drain.items()).containsExactly("outside");
    assertThat(lost.values()).containsExactly("inside");
  }

  @Test
  @DisplayName("B4 what the subscriber got is its own: it cancels in onNext, or onNext throws (B5)")
  void received() {
    Drain leaving = new Drain(1).onNext((self, item) -> self.cancel());
    run(leaving, emitter -> emitter.emit("got"));
    assertGivenUp(CancellationException.class);
    assertThat(leaving.items()).containsExactly("got");
  }

  @Test
  @DisplayName("B4 B5 an item whose onNext throws was received")
  void throwingOnNext() {
    Drain throwing =
        new Drain(1)
            .onNext((self, item) -> {
              throw new IllegalStateException("of the subscriber");
            });
    run(throwing, emitter -> emitter.emit("got"));
    assertGivenUp(IllegalStateException.class);
    assertThat(throwing.items()).containsExactly("got");
  }

  @Test
  @DisplayName("B4 an item whose onNext throws an Error on the lock's side was received, too")
  void errorInOnNext() {
    Drain throwing =
        new Drain(0)
            .onNext((self, item) -> {
              throw new StackOverflowError("of the subscriber");
            });
    run(throwing, emitter -> emitter.emit("got"));
    body.awaitParked();
    throwing.request(1);
    assertGivenUp(StackOverflowError.class);
    assertThat(throwing.items()).containsExactly("got");
  }

  @Test
  @DisplayName("B4 null is no item: the discard hook gets nothing")
  @SuppressWarnings("NullAway") // on purpose
  void nullItem() {
    Drain drain = new Drain(1);
    run(drain, emitter -> emitter.emit(null));
    assertGivenUp(NullPointerException.class);
  }

  @Test
  @DisplayName("B4 B10 an executor that rejects the item")
  void rejectedByExecutor() {
    Drain drain = new Drain(1);
    RejectedExecutionException rejection = new RejectedExecutionException("full");
    Publishers.publisher(
            task -> {
              throw rejection;
            },
            noting(emitter -> emitter.emit("rejected")))
        .subscribe(drain);
    assertGivenUp(RejectedExecutionException.class, "rejected");
  }

  @Test
  @DisplayName("B4 B10 an executor that runs the item and rejects it all the same: it was received")
  void ranAndRejectedByExecutor() {
    Drain drain = new Drain(1);
    Publishers.publisher(
            task -> {
              task.run();
              throw new RejectedExecutionException("late");
            },
            noting(emitter -> emitter.emit("got")))
        .subscribe(drain);
    assertGivenUp(RejectedExecutionException.class);
    assertThat(drain.items()).containsExactly("got");
  }

  @Test
  @DisplayName("B4 B10 an item that the executor has not begun when the subscriber cancels")
  void takenBack() {
    SignalsOnExecutor.Held held = new SignalsOnExecutor.Held();
    Drain drain = new Drain(1);
    Publishers.publisher(held, noting(emitter -> emitter.emit("taken back"))).subscribe(drain);
    Runnable task = held.next();
    drain.cancel();
    task.run();
    assertGivenUp(CancellationException.class, "taken back");
    assertThat(drain.items()).isEmpty();
  }

  @Test
  @DisplayName("B4 a discard hook that throws changes nothing of what emit throws")
  void throwingHook() {
    Drain drain = new Drain(0);
    try (Registration hostile =
        Undeliverable.onDiscard(item -> {
          throw new IllegalStateException("of the hook");
        })) {
      assertThat(hostile).isNotNull();
      run(drain, emitter -> emitter.emit("waits"));
      body.awaitParked();
      drain.cancel();
      assertGivenUp(CancellationException.class, "waits");
    }
  }

  @Test
  @DisplayName("B4 I4 a buffer of fromOutputStream that waits when the subscriber cancels")
  void outputStream() {
    AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();
    Publisher<ByteBuffer> bytes =
        Publishers.fromOutputStream(out ->
            body.call(() -> {
              out.write(7);
              out.flush();
              return "written";
            }));
    bytes.subscribe(
        new Subscriber<>() {
          @Override
          public void onSubscribe(Subscription newSubscription) {
            subscription.set(newSubscription);
          }

          @Override
          public void onNext(ByteBuffer item) {}

          @Override
          public void onError(Throwable failure) {}

          @Override
          public void onComplete() {}
        });
    body.awaitParked();
    requireNonNull(subscription.get()).cancel();
    Eventually.until("the body ends", body::isDone);
    assertThat(lost.values()).isEqualTo(List.of(ByteBuffer.wrap(new byte[] {7})));
  }
}
