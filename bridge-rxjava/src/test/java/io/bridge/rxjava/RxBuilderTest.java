package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Body;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Nulls;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.exceptions.UndeliverableException;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class RxBuilderTest {

  /** Each builder, seen as a Flowable. */
  enum Builder {
    SINGLE,
    MAYBE,
    MAYBE_VOID,
    COMPLETABLE,
    FLOWABLE,
    OBSERVABLE;

    Flowable<?> of(Body<String, ? extends Exception> body) {
      return switch (this) {
        case SINGLE -> RxJavaBridge.<String>single(body).toFlowable();
        case MAYBE -> RxJavaBridge.<String>maybe(() -> body.call()).toFlowable();
        case MAYBE_VOID ->
            RxJavaBridge.maybe(
                    () -> {
                      body.call();
                    })
                .toFlowable();
        case COMPLETABLE ->
            RxJavaBridge.completable(
                    () -> {
                      body.call();
                    })
                .toFlowable();
        case FLOWABLE -> RxJavaBridge.<String>flowable(emitter -> emitter.emit(body.call()));
        case OBSERVABLE ->
            RxJavaBridge.<String>observable(emitter -> emitter.emit(body.call()))
                .toFlowable(BackpressureStrategy.BUFFER);
      };
    }

    boolean hasValue() {
      return this != MAYBE_VOID && this != COMPLETABLE;
    }
  }

  /** A body that sleeps until it is interrupted, and then throws. */
  private static final class Sleeping implements Body<String, Exception> {

    final CompletableFuture<Thread> thread = new CompletableFuture<>();
    final CompletableFuture<String> interrupted = new CompletableFuture<>();
    private final @Nullable Exception afterwards;

    Sleeping(@Nullable Exception afterwards) {
      this.afterwards = afterwards;
    }

    @Override
    public String call() throws Exception {
      thread.complete(Thread.currentThread());
      try {
        Thread.sleep(60_000);
        return "slept";
      } catch (InterruptedException e) {
        interrupted.complete("interrupted");
        throw afterwards == null ? e : afterwards;
      }
    }

    /** Returns when the body has ended and its outcome has been signalled. */
    void awaitEnd() throws Exception {
      interrupted.get(30, TimeUnit.SECONDS);
      assertThat(thread.get().join(Eventually.DEADLINE)).isTrue();
    }
  }

  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(lost.failures).isEmpty();
  }

  private static <T> TestSubscriber<T> ended(TestSubscriber<T> subscriber) throws Exception {
    assertThat(subscriber.await(30, TimeUnit.SECONDS)).as("terminated").isTrue();
    return subscriber;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B12 nothing runs at assembly; each subscriber gets a run on a virtual thread")
  void builder_cold(Builder builder) throws Exception {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    Flowable<?> built =
        builder.of(() -> {
          threads.add(Thread.currentThread());
          return "v" + threads.size();
        });
    assertThat(threads).isEmpty();

    for (int run = 1; run <= 3; run++) {
      TestSubscriber<?> subscriber = ended(built.test()).assertNoErrors().assertComplete();
      if (builder.hasValue()) {
        assertThat(List.<Object>copyOf(subscriber.values())).containsExactly("v" + run);
      } else {
        subscriber.assertNoValues();
      }
      assertThat(threads).hasSize(run).doesNotHaveDuplicates();
    }
    assertThat(threads).allMatch(Thread::isVirtual);
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("section 5: what a body throws is the failure, the same object, checked or not")
  void builder_failure(Builder builder) throws Exception {
    for (Exception failure : List.of(new IOException("x"), new IllegalStateException("x"))) {
      ended(
              builder
                  .of(() -> {
                    throw failure;
                  })
                  .test())
          .assertError(t -> t == failure);
    }
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B11 an Error in a body terminates; RxJava throws a fatal one at nobody who waits")
  void builder_error_terminates(Builder builder) throws Exception {
    for (Error error :
        List.of(
            new NoClassDefFoundError("x"),
            new OutOfMemoryError("x"),
            new StackOverflowError("x"),
            new AssertionError("x"))) {
      ended(
              builder
                  .of(() -> {
                    throw error;
                  })
                  .test())
          .assertError(t -> t == error);
    }
    assertThat(lost.rx).isEmpty();
  }

  @Test
  @DisplayName("peer: Exceptions.throwIfFatal lets a fatal error pass by the observer (B11)")
  void peer_fromCallable_fatal_neverTerminates() {
    NoClassDefFoundError fatal = new NoClassDefFoundError("mine");
    TestObserver<String> observer = new TestObserver<>();

    Throwable thrown =
        catchThrowable(() ->
            Single.<String>fromCallable(
                    () -> {
                      throw fatal;
                    })
                .subscribe(observer));

    assertThat(thrown).isSameAs(fatal);
    assertThat(observer.hasSubscription()).isTrue();
    observer.assertNotComplete().assertNoErrors(); // a fixed peer would terminate it
  }

  @Test
  @DisplayName("B3 null: an error from single, empty from maybe, from emit a usable stream")
  void builder_null() throws Exception {
    ended(RxJavaBridge.<String>single(() -> Nulls.<String>smuggled()).toFlowable().test())
        .assertError(NullPointerException.class);
    ended(RxJavaBridge.<String>maybe(() -> null).toFlowable().test()).assertResult();
    CompletableFuture<Throwable> refusal = new CompletableFuture<>();
    Flowable<String> emitting =
        RxJavaBridge.flowable(emitter -> {
          refusal.complete(catchThrowable(() -> emitter.emit(Nulls.<String>smuggled())));
          emitter.emit("usable");
        });
    ended(emitting.test()).assertResult("usable");
    assertThat(refusal.join()).isInstanceOf(NullPointerException.class);
    assertThat(lost.rx).isEmpty();
  }

  @Test
  @DisplayName("B2 emit waits for demand; the end needs none")
  void flowable_demand() throws Exception {
    CompletableFuture<Thread> body = new CompletableFuture<>();
    AtomicInteger emitted = new AtomicInteger();
    Flowable<Integer> numbers =
        RxJavaBridge.flowable(emitter -> {
          body.complete(Thread.currentThread());
          for (int i = 1; i <= 5; i++) {
            emitter.emit(i);
            emitted.incrementAndGet();
          }
        });
    TestSubscriber<Integer> subscriber = numbers.test(0);
    Thread thread = body.get(30, TimeUnit.SECONDS);
    for (int demand : new int[] {0, 1, 2}) {
      if (demand > 0) {
        subscriber.request(demand);
      }
      int sum = demand == 0 ? 0 : demand == 1 ? 1 : 3;
      Eventually.until(
          "waiting behind item " + sum,
          () -> emitted.get() == sum && thread.getState() == Thread.State.WAITING);
      assertThat(subscriber.values()).hasSize(sum);
      subscriber.assertNotComplete();
    }
    subscriber.request(2);
    ended(subscriber).assertResult(1, 2, 3, 4, 5);
    ended(RxJavaBridge.<String>flowable(emitter -> {}).test(0)).assertResult();
  }

  @Test
  @DisplayName("B2 an Observable has no demand: every item comes at once")
  void observable_noDemand() {
    TestObserver<Integer> observer =
        RxJavaBridge.<Integer>observable(
                emitter -> {
                  for (int i = 1; i <= 1_000; i++) {
                    emitter.emit(i);
                  }
                })
            .test();
    assertThat(observer.awaitDone(30, TimeUnit.SECONDS).values()).hasSize(1_000);
    observer.assertComplete();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B6 dispose interrupts a sleeping body and reports nothing")
  void builder_disposed_interruptsQuietly(Builder builder) throws Exception {
    Sleeping body = new Sleeping(null);
    TestSubscriber<?> subscriber = builder.of(body).test();
    body.thread.get(30, TimeUnit.SECONDS);

    subscriber.cancel();

    body.awaitEnd();
    subscriber.assertNoValues().assertNoErrors().assertNotComplete();
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B6, A12 a failure after dispose reaches RxJavaPlugins.onError, once")
  void builder_failsAfterDispose_lost(Builder builder) throws Exception {
    for (Exception failure : List.of(new IOException("late"), new IllegalStateException("late"))) {
      Sleeping body = new Sleeping(failure);
      TestSubscriber<?> subscriber = builder.of(body).test();
      body.thread.get(30, TimeUnit.SECONDS);
      subscriber.cancel();
      body.awaitEnd();
      subscriber.assertNoErrors();
    }
    assertThat(lost.rx).hasSize(2);
    assertThat(lost.rx.get(0))
        .isInstanceOf(UndeliverableException.class)
        .hasCauseInstanceOf(IOException.class);
    assertThat(lost.rx.get(1)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5, B6 dispose of a builder disposes what its body awaits, once")
  void builder_disposed_disposesTheAwaited(Builder builder) throws Exception {
    RxProbe probe = new RxProbe();
    Flowable<?> built =
        builder.of(() -> {
          probe.await(RxProbe.Kind.SINGLE);
          return "v";
        });
    TestSubscriber<?> subscriber = built.test();
    probe.signals();

    subscriber.cancel();

    Eventually.until("a disposal", probe::isDisposed);
    Thread thread = probe.disposers().getFirst();
    assertThat(thread.join(Eventually.DEADLINE)).isTrue();
    assertThat(probe.disposals()).isEqualTo(1);
    assertThat(thread.isVirtual()).isTrue();
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A2, B7 a builder subscribed on a computation thread awaits on its own thread")
  void builder_onComputation_mayAwait(Builder builder) throws Exception {
    Flowable<?> built =
        builder.of(
            () -> RxJavaBridge.<String>await(Single.just("v").subscribeOn(Schedulers.single())));
    ended(built.subscribeOn(Schedulers.single()).test()).assertNoErrors().assertComplete();
  }
}
