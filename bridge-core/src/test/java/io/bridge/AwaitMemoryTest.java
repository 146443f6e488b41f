package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("A13 what a source that keeps its subscriber for ever keeps with it: nothing of ours")
@Timeout(120)
class AwaitMemoryTest {

  private static final CoroutineContext.Key<Object> SECRET = CoroutineContext.Key.of("secret");
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** Holds an object, as failures may. */
  private static final class Holding extends RuntimeException {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings({"unused", "serial"}) // kept, not read
    private final transient Object held;

    Holding(Object held) {
      this.held = held;
    }
  }

  /** Keeps its subscriber, and nothing else: a thread that has ended keeps what it ran. */
  private static final class KeepingPublisher implements Publisher<Object>, Subscription {
    private volatile @Nullable Subscriber<? super Object> subscriber;
    private volatile boolean requested;

    @Override
    public void subscribe(Subscriber<? super Object> newSubscriber) {
      subscriber = newSubscriber;
      newSubscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      requested = true;
    }

    @Override
    public void cancel() {}

    Subscriber<? super Object> subscriber() {
      Eventually.until("a request", () -> requested);
      return requireNonNull(subscriber);
    }
  }

  /** Keeps its suspension, and nothing else. */
  private static final class KeepingAwaitable implements Awaitable<Object> {
    private volatile @Nullable Suspension<? super Object> suspension;

    @Override
    public void subscribe(Suspension<? super Object> newSuspension) {
      newSuspension.onCancel(() -> {});
      suspension = newSuspension;
    }

    void resume(Object value) {
      requireNonNull(suspension).resume(value);
    }
  }

  /** Sources that keep whoever subscribes, and never end. */
  private static final class Kept {
    final KeepingPublisher publisher = new KeepingPublisher();
    final KeepingAwaitable hand = new KeepingAwaitable();
    final KeepingAwaitable second = new KeepingAwaitable();
    final CountDownLatch never = new CountDownLatch(1);
    final Coroutine<@Nullable Void> endless = Coroutine.start(() -> never.await());

    /** Where an await of a secret has come so far that it only waits. */
    boolean isReached(Source source) {
      return switch (source) {
        case PUBLISHER, LIST, COLLECT, AWAITABLE -> publisher.requested;
        case SUSPENSION -> hand.suspension != null;
        case ALL, ANY -> second.suspension != null;
        case COROUTINE -> true;
      };
    }
  }

  /** What is awaited. */
  enum Source {
    PUBLISHER {
      @Override
      void await(Kept kept, Object secret) {
        Await.await(kept.publisher);
      }
    },
    LIST {
      @Override
      void await(Kept kept, Object secret) {
        Await.awaitList(kept.publisher);
      }
    },
    COLLECT {
      @Override
      void await(Kept kept, Object secret) {
        Await.awaitCollect(kept.publisher, collectorOf(secret));
      }
    },
    AWAITABLE {
      @Override
      void await(Kept kept, Object secret) {
        Await.<@Nullable Object>awaitAll(Await.awaitable(kept.publisher));
      }
    },
    SUSPENSION {
      @Override
      void await(Kept kept, Object secret) {
        Await.<Object>suspend(suspension -> kept.hand.subscribe(suspension));
      }
    },
    COROUTINE {
      @Override
      void await(Kept kept, Object secret) {
        kept.endless.await();
      }
    },
    ALL {
      @Override
      void await(Kept kept, Object secret) {
        Awaitable<Object> value = s -> s.resume(secret);
        Await.<Object>awaitAll(kept.hand, value, kept.second);
      }
    },
    ANY {
      @Override
      void await(Kept kept, Object secret) {
        Awaitable<Object> failing = s -> s.fail(new Holding(secret));
        Await.<Object>awaitAny(kept.hand, failing, kept.second);
      }
    };

    abstract void await(Kept kept, Object secret);
  }

  private static Collector<Object, List<Object>, List<Object>> collectorOf(Object secret) {
    return Collector.of(
        () -> new ArrayList<>(List.of(secret)),
        List::add,
        (left, right) -> {
          left.addAll(right);
          return left;
        });
  }

  /** The objects that must be free, once nothing of the test's own holds them. */
  private final List<WeakReference<Object>> free = new CopyOnWriteArrayList<>();

  private void mustBecomeFree(Object object) {
    free.add(new WeakReference<>(object));
  }

  private void assertFree() {
    Eventually.until(
        "collected: " + free.size() + " objects",
        () -> {
          System.gc();
          return free.stream().allMatch(reference -> reference.get() == null);
        });
  }

  /** An await whose frame holds an object, and its thread and context too. */
  private void awaitWithSecret(Source source, Kept kept) {
    Object secret = new Object();
    mustBecomeFree(secret);
    mustBecomeFree(Thread.currentThread());
    CoroutineContext.<Object, RuntimeException>with(
        SECRET, secret, () -> source.await(kept, secret));
  }

  private void cancelOne(Source source, Kept kept) {
    Coroutine<@Nullable Void> coroutine = Coroutine.start(() -> awaitWithSecret(source, kept));
    Eventually.until("it waits", () -> free.size() == 2 && kept.isReached(source));
    mustBecomeFree(coroutine);
    coroutine.cancel();
    Eventually.until("the end", coroutine::isDone);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.CANCELLED);
  }

  private void timeOutOne(Source source, Kept kept) {
    TestTime time = new TestTime();
    mustBecomeFree(time);
    Coroutine<Throwable> coroutine =
        Coroutine.start(() ->
            catchThrowable(() ->
                time.<String>run(() -> {
                  Coroutine.withTimeout(SECOND, () -> awaitWithSecret(source, kept));
                  return "not reached";
                })));
    Eventually.until("it waits", () -> free.size() == 3 && kept.isReached(source));
    time.advance(SECOND);
    assertThat(coroutine.await()).isExactlyInstanceOf(AwaitTimeoutException.class);
    mustBecomeFree(coroutine);
  }

  @ParameterizedTest
  @EnumSource(Source.class)
  @DisplayName("A13 after a cancel nothing of the awaiting frame is reachable")
  void cancelled(Source source) {
    Kept kept = new Kept();
    cancelOne(source, kept);
    assertFree();
    kept.never.countDown();
  }

  @ParameterizedTest
  @EnumSource(Source.class)
  @DisplayName("A13 T3 after a timeout nothing of the awaiting frame is reachable")
  void timedOut(Source source) {
    Kept kept = new Kept();
    timeOutOne(source, kept);
    assertFree();
    kept.never.countDown();
  }

  private void succeedWith(Source source, Kept kept, Object secret) {
    Coroutine<@Nullable Void> coroutine = Coroutine.start(() -> source.await(kept, secret));
    Eventually.until("it waits", () -> kept.isReached(source));
    Object value = new Object();
    mustBecomeFree(value);
    mustBecomeFree(secret);
    mustBecomeFree(coroutine);
    switch (source) {
      case PUBLISHER, LIST, COLLECT, AWAITABLE -> {
        kept.publisher.subscriber().onNext(value);
        kept.publisher.subscriber().onComplete();
      }
      case SUSPENSION -> kept.hand.resume(value);
      case ALL -> {
        kept.hand.resume(value);
        kept.second.resume(value);
      }
      case ANY -> kept.second.resume(value);
      case COROUTINE -> kept.never.countDown();
    }
    Eventually.until("the end", coroutine::isDone);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.SUCCEEDED);
  }

  @ParameterizedTest
  @EnumSource(Source.class)
  @DisplayName("A13 after success a kept subscriber keeps neither value nor collector")
  void succeeded(Source source) {
    Kept kept = new Kept();
    succeedWith(source, kept, new Object());
    assertFree();
    assertThat(kept.never.getCount()).isLessThanOrEqualTo(1);
    kept.never.countDown();
  }

  private void failInFinisher(Kept kept) {
    Object secret = new Object();
    mustBecomeFree(secret);
    IllegalStateException failure = new IllegalStateException("finisher");
    Collector<Object, List<Object>, String> collector =
        Collector.of(
            () -> new ArrayList<>(List.of(secret)),
            List::add,
            (left, right) -> left,
            list -> {
              throw failure;
            });
    Coroutine<String> coroutine =
        Coroutine.start(() -> Await.awaitCollect(kept.publisher, collector));
    Subscriber<? super Object> subscriber = kept.publisher.subscriber();
    try (Undelivered lost = new Undelivered()) {
      subscriber.onNext("item");
      subscriber.onComplete();
      assertThat(lost.values()).contains("item").hasSize(2);
    }
    assertThat(catchThrowable(coroutine::await)).isSameAs(failure);
  }

  @Test
  @DisplayName("A12 A13 a throwing finisher: the collector is not kept, the items are given up")
  void throwingFinisher() {
    Kept kept = new Kept();
    failInFinisher(kept);
    assertFree();
    kept.never.countDown();
  }

  @Test
  @DisplayName("A13 a body and what it captured are free once it runs, though its handle is kept")
  void handleKeepsNoBody() {
    Coroutine<String> coroutine = startWithSecret();
    assertThat(coroutine.await()).isEqualTo("a");
    assertFree();
    assertThat(coroutine.get()).isEqualTo("a");
  }

  private Coroutine<String> startWithSecret() {
    Object secret = new Object();
    mustBecomeFree(secret);
    return Coroutine.start(() -> {
      assertThat(secret).isNotNull();
      return "a";
    });
  }
}
