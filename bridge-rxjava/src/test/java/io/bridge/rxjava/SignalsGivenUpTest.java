package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Awaitable;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.Suspension;
import io.bridge.fixtures.Eventually;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.lang.ref.WeakReference;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A12 A13 B10 what a scheduler or a kept suspension has, and nobody wants any more")
@Timeout(60)
class SignalsGivenUpTest {

  /** The builders whose value may wait for the scheduler. */
  enum Builder {
    SINGLE {
      @Override
      Flowable<String> of(Scheduler signals, Body<String, Exception> body) {
        return RxJavaBridge.<String>single(signals, body).toFlowable();
      }
    },
    MAYBE {
      @Override
      Flowable<String> of(Scheduler signals, Body<String, Exception> body) {
        return RxJavaBridge.<String>maybe(signals, () -> body.call()).toFlowable();
      }
    };

    abstract Flowable<String> of(Scheduler signals, Body<String, Exception> body);
  }

  private final Lost lost = new Lost();

  @AfterEach
  void close() {
    lost.close();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 B10 a value that waits for the scheduler is given up after a cancel, once")
  void cancelledWhileQueued(Builder builder) throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    TestSubscriber<String> subscriber =
        builder.of(Schedulers.from(tasks::add), () -> "a resource").test();
    Runnable task = tasks.poll(30, TimeUnit.SECONDS);
    subscriber.cancel();
    assertThat(task).isNotNull();
    if (task != null) {
      task.run();
    }
    assertThat(lost.values).containsExactly("a resource");
    subscriber.assertNoValues().assertNotComplete();
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 B10 a value that the scheduler rejects is given up, the rejection the failure")
  void rejected(Builder builder) throws Exception {
    Scheduler gone = RxJavaPlugins.createSingleScheduler(Thread::new);
    gone.shutdown();
    TestSubscriber<String> subscriber = builder.of(gone, () -> "a resource").test();
    assertThat(subscriber.await(30, TimeUnit.SECONDS)).isTrue();
    subscriber.assertError(RejectedExecutionException.class).assertNoValues();
    Eventually.until("given up", () -> !lost.values.isEmpty());
    assertThat(lost.values).containsExactly("a resource");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B6 B10 a scheduler shut down after the cancel: the value is given up without noise")
  void shutDownAfterCancel(Builder builder) throws Exception {
    Scheduler single = RxJavaPlugins.createSingleScheduler(Thread::new);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    TestSubscriber<String> subscriber =
        builder
            .of(
                single,
                () -> {
                  inside.countDown();
                  Coroutine.shield(() -> go.await());
                  return "a resource";
                })
            .test();
    assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
    subscriber.cancel();
    single.shutdown();
    go.countDown();
    Eventually.until("given up", () -> !lost.values.isEmpty());
    assertThat(lost.values).containsExactly("a resource");
    assertThat(lost.rx).isEmpty();
    assertThat(lost.failures).isEmpty();
  }

  @ParameterizedTest(name = "failing {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("A13 after its end a source that keeps its suspension keeps no observer")
  void observerNotKept(boolean failing) {
    AtomicReference<@Nullable Suspension<?>> kept = new AtomicReference<>();
    Awaitable<String> source =
        suspension -> {
          kept.set(suspension);
          if (failing) {
            suspension.fail(new IllegalStateException("failing"));
          } else {
            suspension.resume("a");
          }
        };
    WeakReference<?> observer = observe(source);
    Eventually.until(
        "the observer is collected",
        () -> {
          System.gc();
          return observer.get() == null;
        });
    assertThat(kept.get()).isNotNull();
  }

  private static WeakReference<?> observe(Awaitable<String> source) {
    TestObserver<String> observer = new TestObserver<>();
    RxJavaBridge.toSingle(source).subscribe(observer);
    return new WeakReference<>(observer);
  }
}
