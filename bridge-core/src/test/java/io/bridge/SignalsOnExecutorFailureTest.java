package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("B10 B5 signals on an executor: subscribers that throw, executors that reject")
@Timeout(120)
class SignalsOnExecutorFailureTest extends SignalsOnExecutor {

  // what the subscriber throws

  @ParameterizedTest
  @MethodSource("working")
  @DisplayName("B5 B10 a throwing onNext is rethrown from emit, cancels, and nothing more is sent")
  void throwingOnNext(Executor executor) {
    for (Throwable failure :
        List.of(new IllegalStateException("onNext"), new AssertionError("onNext"))) {
      Body own = new Body();
      Drain drain =
          new Drain(Long.MAX_VALUE)
              .onNext(
                  (self, item) -> SignalsOnExecutorFailureTest.<RuntimeException>sneak(failure));
      Publishers.publisher(
              executor,
              own.of(emitter -> {
                own.emit("a");
                own.emit("b");
                Eventually.until("the body is cancelled", Coroutine::isCancelled);
              }))
          .subscribe(drain);
      own.awaitGone();
      assertThat(own.thrown).hasSize(2);
      assertThat(own.thrown.get(0)).isSameAs(failure);
      assertThat(own.thrown.get(1)).isExactlyInstanceOf(CancellationException.class);
      assertThat(drain.items()).containsExactly("a");
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // an Error or unchecked
  private static <X extends Throwable> void sneak(Throwable failure) throws X {
    throw (X) failure;
  }

  @Test
  @DisplayName("B5 B10 a throwing onNext whose failure leaves the body is reported once")
  void throwingOnNextUnseen() {
    IllegalStateException failure = new IllegalStateException("onNext");
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              throw failure;
            });
    Publishers.publisher(single, body.of(emitter -> emitter.emit("a"))).subscribe(drain);
    body.awaitGone();
    assertThat(lost.failures()).containsExactly(failure);
    assertThat(drain.ends()).isZero();
  }

  @Test
  @DisplayName("A12 B10 an end that throws is reported, and no rejection of the executor")
  void throwingOnComplete() {
    IllegalStateException failure = new IllegalStateException("onComplete");
    AtomicInteger errors = new AtomicInteger();
    Publishers.publisher(Runnable::run, body.of(emitter -> {}))
        .subscribe(
            new Subscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {}

              @Override
              public void onNext(String item) {}

              @Override
              public void onError(Throwable t) {
                errors.incrementAndGet();
              }

              @Override
              public void onComplete() {
                throw failure;
              }
            });
    body.awaitGone();
    assertThat(lost.failures()).containsExactly(failure);
    assertThat(errors).hasValue(0);
  }

  // emit inside onNext

  @ParameterizedTest
  @MethodSource("working")
  @DisplayName("B10 section 8 emit inside onNext is an IllegalStateException, not a deadlock")
  void emitInsideOnNext(Executor executor) {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) ->
                thrown.compareAndSet(null, catchThrowable(() -> body.emitter().emit("nested"))));
    Publishers.publisher(
            executor,
            body.of(emitter -> {
              emitter.emit("a");
              emitter.emit("b");
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
    assertThat(thrown.get())
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("onNext");
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B10 the executor's thread may emit once onNext is over: it is nobody's inside")
  void emitOnTheExecutorsThread() {
    Held held = new Held();
    CountDownLatch open = new CountDownLatch(1);
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(
            held,
            body.of(emitter -> {
              emitter.emit("a");
              open.await();
            }))
        .subscribe(drain);
    held.next().run();
    Fork<String> here = Fork.virtual(() -> body.emitter().emit("b"));
    held.next().run();
    assertThat(here.join()).isEqualTo("done");
    open.countDown();
    held.runUntil(() -> drain.ends() > 0);
    assertThat(drain.items()).containsExactly("a", "b");
  }

  // an executor that rejects

  @Test
  @DisplayName("B10 a rejected item: emit throws the rejection, and the body may go on")
  void rejectedItem() {
    Rejecting executor = new Rejecting(2);
    Drain drain = new Drain(2);
    Publishers.publisher(
            executor,
            body.of(emitter -> {
              emitter.emit("a");
              body.emit("rejected");
              emitter.emit("b"); // the demand was not used up
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
    assertThat(drain.failure()).isNull();
    assertThat(body.thrown).containsExactlyElementsOf(executor.rejections).hasSize(1);
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("B10 a rejected item whose rejection leaves the body fails the stream with it")
  void rejectedItemUnseen() {
    Rejecting executor = new Rejecting(1);
    Drain drain = new Drain(1);
    Publishers.publisher(executor, body.of(emitter -> emitter.emit("a"))).subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(executor.rejections.get(0));
    assertThat(drain.items()).isEmpty();
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("B10 a rejected completion: onError with the rejection, on the coroutine's thread")
  void rejectedCompletion() {
    Rejecting executor = new Rejecting(1);
    AtomicReference<@Nullable Thread> onError = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Publishers.publisher(executor, body.of(emitter -> {}))
        .subscribe(
            new Subscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {}

              @Override
              public void onNext(String item) {}

              @Override
              public void onError(Throwable t) {
                onError.set(Thread.currentThread());
                failure.set(t);
              }

              @Override
              public void onComplete() {
                failure.set(new AssertionError("completed"));
              }
            });
    body.awaitGone();
    assertThat(failure.get()).isSameAs(executor.rejections.get(0));
    assertThat(onError.get()).isSameAs(body.thread.get());
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A12 B10 a rejected failure arrives as itself, the rejection is reported")
  void rejectedFailure() {
    IOException failure = new IOException("body");
    Rejecting executor = new Rejecting(1);
    Drain drain = new Drain(0);
    Publishers.publisher(
            executor,
            body.of(emitter -> {
              throw failure;
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(failure);
    body.awaitGone();
    assertThat(lost.failures()).hasSize(1);
    assertThat(lost.failures().get(0)).isSameAs(executor.rejections.get(0));
    assertThat(drain.ends()).isEqualTo(1);
  }

  @Test
  @DisplayName("B10 an executor that is shut down leaves nobody waiting")
  void shutDown() {
    single.shutdown();
    Drain drain = new Drain(1);
    Publishers.publisher(
            single,
            body.of(emitter -> {
              body.emit("a");
              body.emit("b");
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isInstanceOf(RejectedExecutionException.class);
    assertThat(body.thrown).hasSize(2).allMatch(t -> t instanceof RejectedExecutionException);
    assertThat(drain.items()).isEmpty();
  }

  @Test
  @DisplayName("B10 an executor that forgets its tasks: cancel and timeout end the waiting")
  void forgetting() {
    Executor forgetting = task -> {};
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(
            forgetting,
            body.of(emitter -> {
              assertThat(
                      catchThrowable(() ->
                          Coroutine.withTimeout(Duration.ofMillis(5), () -> emitter.emit("a"))))
                  .isExactlyInstanceOf(AwaitTimeoutException.class);
              body.emit("b");
            }))
        .subscribe(drain);
    Eventually.until("a subscriber", () -> body.thread.get() != null);
    drain.cancel();
    body.awaitGone();
    assertThat(drain.items()).isEmpty();
  }
}
