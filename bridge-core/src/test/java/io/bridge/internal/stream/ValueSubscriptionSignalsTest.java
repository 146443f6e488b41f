package io.bridge.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.CoroutineContext;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** One value whose signals an executor sends, late, or not at all. */
@DisplayName("B9 B10 one value as a publisher, its signals sent by an executor")
class ValueSubscriptionSignalsTest {

  private final RuntimeException failure = new RuntimeException("of the source");
  private final RuntimeException rejection = new RejectedExecutionException("full");

  /** Writes its signals down. */
  private static final class Log implements Subscriber<String> {
    private final List<Object> signals = new ArrayList<>();
    private Consumer<String> inOnNext = item -> {};

    @Override
    public void onSubscribe(Subscription subscription) {}

    @Override
    public void onNext(String item) {
      signals.add(item);
      inOnNext.accept(item);
      signals.add("returned");
    }

    @Override
    public void onError(Throwable failure) {
      signals.add(failure);
    }

    @Override
    public void onComplete() {
      signals.add("complete");
    }
  }

  private final List<Object> lost = new ArrayList<>();
  private final Registration failures = Undeliverable.onFailure(lost::add);
  private final Registration values = Undeliverable.onDiscard(lost::add);
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Log log = new Log();

  @AfterEach
  void close() {
    failures.close();
    values.close();
  }

  private ValueSubscription<String> by(Executor executor) {
    ValueSubscription<String> subscription = new ValueSubscription<>(log, executor);
    subscription.request(1);
    return subscription;
  }

  private ValueSubscription<String> queued() {
    return by(tasks::add);
  }

  private ValueSubscription<String> rejected() {
    return by(task -> {
      throw rejection;
    });
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  @Test
  @DisplayName("B10 a value and its end: by the executor, and not before")
  void value() {
    queued().resume("a");
    assertThat(log.signals).isEmpty();
    runTasks();

    assertThat(log.signals).containsExactly("a", "returned", "complete");
    assertThat(lost).isEmpty();
  }

  @Test
  @DisplayName("B10 A12 an executor that takes no value: the value is given up, the rejection told")
  void rejectedValue() {
    rejected().resume("a");

    assertThat(log.signals).containsExactly(rejection);
    assertThat(lost).containsExactly("a");
  }

  @Test
  @DisplayName("B10 an executor that takes no end: the rejection is told in its place")
  void rejectedEnd() {
    rejected().resume(null);

    assertThat(log.signals).containsExactly(rejection);
    assertThat(lost).isEmpty();
  }

  @Test
  @DisplayName(
      "B10 A12 an executor that takes no failure: it is told all the same, the rejection lost")
  void rejectedFailure() {
    rejected().fail(failure);

    assertThat(log.signals).containsExactly(failure);
    assertThat(lost).containsExactly(rejection);
  }

  @Test
  @DisplayName("B10 A12 a cancel while the value is on its way: no signal, the value is given up")
  void cancelBehindValue() {
    ValueSubscription<String> subscription = queued();
    subscription.resume("a");
    subscription.cancel();
    runTasks();

    assertThat(log.signals).isEmpty();
    assertThat(lost).containsExactly("a");
  }

  @Test
  @DisplayName(
      "B10 A12 a cancel while the failure is on its way: no signal, the failure is reported")
  void cancelBehindFailure() {
    ValueSubscription<String> subscription = queued();
    subscription.fail(failure);
    subscription.cancel();
    runTasks();

    assertThat(log.signals).isEmpty();
    assertThat(lost).containsExactly(failure);
  }

  @Test
  @DisplayName(
      "A11 a subscriber that throws on the executor: reported, not thrown into the executor")
  void throwingSubscriber() {
    RuntimeException ofSubscriber = new IllegalStateException("of the subscriber");
    log.inOnNext =
        item -> {
          throw ofSubscriber;
        };
    queued().resume("a");
    runTasks();

    assertThat(lost).containsExactly(ofSubscriber);
  }

  @Test
  @DisplayName("B2 RS 1.3 bad requests inside onNext, any number: one failure, behind onNext")
  void badRequestsInOnNext() {
    ValueSubscription<String> subscription = new ValueSubscription<>(log);
    log.inOnNext =
        item -> {
          subscription.request(0);
          subscription.request(-1);
        };
    subscription.request(1);
    subscription.resume("a");

    assertThat(log.signals).hasSize(3).startsWith("a", "returned");
    assertThat(log.signals.get(2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("B9 A12 the source of an empty value learns that it was taken")
  void emptyIsTaken() {
    assertThat(new ValueSubscription<>(log).receive(null)).isTrue();
  }

  @Test
  @DisplayName("C1 there is a context for as long as the source may ask, after a cancel too")
  void context() {
    ValueSubscription<String> subscription = queued();
    CoroutineContext.with(
        CoroutineContext.Key.of("key"),
        "value",
        () -> {
          assertThat(subscription.context()).isSameAs(CoroutineContext.current());
          subscription.cancel();
          assertThat(subscription.context()).isSameAs(CoroutineContext.current());
        });
  }
}
