package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitList;
import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mono;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Emitter;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@DisplayName("edges of mono and flux that a review found")
class BuilderEdgesTest {

  private final List<Throwable> dropped = new CopyOnWriteArrayList<>();

  @BeforeEach
  void recordDropped() {
    Hooks.onErrorDropped(dropped::add);
  }

  @AfterEach
  void resetHooks() {
    Hooks.resetOnErrorDropped();
  }

  @Test
  @DisplayName("A12 a value that comes after the cancel is discarded")
  void valueAfterCancel() {
    CountDownLatch inside = new CountDownLatch(1);
    List<Object> discarded = new CopyOnWriteArrayList<>();
    Mono<String> stubborn =
        mono(() -> {
          inside.countDown();
          try {
            Thread.sleep(Duration.ofMinutes(5));
          } catch (InterruptedException cancelled) {
            return "connection";
          }
          return "slept";
        });
    try (Registration hook = Undeliverable.onDiscard(discarded::add)) {
      Disposable subscription = stubborn.subscribe();
      Eventually.until("inside", () -> inside.getCount() == 0);
      subscription.dispose();
      Eventually.until("the discard", () -> !discarded.isEmpty());
      assertThat(hook).isNotNull();
    }
    assertThat(discarded).containsExactly("connection");
    assertThat(dropped).isEmpty();
  }

  @Test
  @DisplayName("RS 3.13 a cancelled subscriber is not kept, though its body still runs")
  void subscriberNotKept() {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(1);
    Flux<Integer> flux =
        flux((Emitter<Integer> emitter) -> {
          inside.countDown();
          boolean waiting = true;
          while (waiting) {
            try {
              release.await();
              waiting = false;
            } catch (InterruptedException stubborn) {
              waiting = true;
            }
          }
        });
    WeakReference<BaseSubscriber<Integer>> subscriber = subscribeAndCancel(flux, inside);
    Eventually.until(
        "the subscriber is collected",
        () -> {
          System.gc();
          return subscriber.get() == null;
        });
    release.countDown();
  }

  private static WeakReference<BaseSubscriber<Integer>> subscribeAndCancel(
      Flux<Integer> flux, CountDownLatch inside) {
    BaseSubscriber<Integer> subscriber = new BaseSubscriber<>() {};
    flux.subscribe(subscriber);
    Eventually.until("inside", () -> inside.getCount() == 0);
    subscriber.cancel();
    return new WeakReference<>(subscriber);
  }

  @Test
  @DisplayName("B7 a single-threaded scheduler as source of a body that blocks is no deadlock")
  void singleThreadedSource() {
    Mono<Integer> sum =
        mono(() -> {
          List<Integer> items = awaitList(Flux.range(1, 500).publishOn(Schedulers.single()));
          return items.size() + mono(() -> 1).blockOptional().orElse(0);
        });
    assertThat(await(sum.subscribeOn(Schedulers.single()))).isEqualTo(501);
  }

  @Test
  @DisplayName("A12 what the onComplete of a subscriber throws goes to onErrorDropped")
  void throwingOnComplete() {
    IllegalStateException failure = new IllegalStateException("onComplete");
    Flux<String> empty = flux((Emitter<String> emitter) -> {});
    empty.subscribe(
        new CoreSubscriber<>() {
          @Override
          public void onSubscribe(Subscription subscription) {}

          @Override
          public void onNext(String item) {}

          @Override
          public void onError(Throwable t) {}

          @Override
          public void onComplete() {
            throw failure;
          }
        });
    Eventually.until("dropped", () -> !dropped.isEmpty());
    assertThat(dropped).containsExactly(failure);
  }
}
