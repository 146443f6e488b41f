package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("edges that a review found")
@Timeout(300)
class AwaitEdgesTest {

  @Test
  @DisplayName("A11 a source that answers our cancel with onError does not undo the first item")
  void errorOnCancel() {
    Probe<Integer> probe =
        new Probe<Integer>()
            .onRequest(p -> p.next(1))
            .onCancel(p -> p.fail(new CancellationException("echo")));
    assertThat(Await.awaitFirst(probe)).isEqualTo(1);
  }

  @Test
  @DisplayName("A11 a source that throws and answers our cancel with onComplete has failed")
  void completeOnCancel() {
    IllegalStateException failure = new IllegalStateException("subscribe");
    Probe<Integer> probe =
        new Probe<Integer>()
            .onSubscribe(p -> {
              p.subscriber().onSubscribe(p);
              throw failure;
            })
            .onCancel(Probe::complete);
    assertThatThrownBy(() -> Await.await(probe)).isSameAs(failure);
  }

  @Test
  @DisplayName("A11 onSubscribe twice with the same subscription: it is not cancelled")
  void sameSubscriptionTwice() {
    AtomicInteger reports = new AtomicInteger();
    Probe<Integer> probe =
        new Probe<Integer>()
            .onSubscribe(p -> {
              p.subscriber().onSubscribe(p);
              p.subscriber().onSubscribe(p);
              p.next(1).complete();
            });
    try (Registration hook = Undeliverable.onFailure(failure -> reports.incrementAndGet())) {
      assertThat(Await.await(probe)).isEqualTo(1);
      assertThat(hook).isNotNull();
    }
    assertThat(probe.cancels()).isZero();
    assertThat(reports).hasValue(1);
  }

  @Test
  @DisplayName("T2 A9 a cancel from outside interrupts a block whose own timeout was swallowed")
  void cancelAfterSwallowedTimeout() {
    CountDownLatch swallowed = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    Coroutine<@Nullable Void> coroutine =
        Coroutine.start(() ->
            Coroutine.withTimeout(
                Duration.ofMillis(5),
                () -> {
                  try {
                    Thread.sleep(Duration.ofMinutes(5));
                  } catch (InterruptedException timedOut) {
                    swallowed.countDown();
                  }
                  try {
                    Thread.sleep(Duration.ofMinutes(5));
                  } catch (InterruptedException cancelled) {
                    interrupted.set(true);
                  }
                }));
    Eventually.until("the timeout", () -> swallowed.getCount() == 0);
    coroutine.cancel();
    Eventually.until("the end", coroutine::isDone);
    assertThat(interrupted).isTrue();
  }

  @Test
  @DisplayName("A9 a coroutine that cancels itself inside a shield leaves it with the flag up")
  void selfCancelInShield() {
    AtomicBoolean flag = new AtomicBoolean();
    Coroutine<@Nullable Void> coroutine =
        Coroutine.start(() -> {
          Coroutine<?> self = Coroutine.current();
          if (self != null) {
            Coroutine.shield(() -> self.cancel());
          }
          flag.set(Thread.currentThread().isInterrupted());
        });
    Eventually.until("the end", coroutine::isDone);
    assertThat(flag).isTrue();
  }

  @Test
  @DisplayName("T1 a thread whose interrupt throws does not hang its timeout block")
  void interruptThrows() {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                Coroutine.withTimeout(
                    Duration.ofMillis(5),
                    () -> {
                      while (!Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                      }
                    });
              } catch (Throwable t) {
                thrown.set(t);
              }
            }) {
          @Override
          public void interrupt() {
            super.interrupt();
            throw new IllegalStateException("mine");
          }
        };
    thread.setDaemon(true);
    thread.start();
    Eventually.until("the end", () -> thread.getState() == Thread.State.TERMINATED);
    assertThat(thrown.get()).isInstanceOf(AwaitTimeoutException.class);
  }

  @Test
  @DisplayName("A6 B6 upstream's cancel runs without the interrupt flag, which is up afterwards")
  void cancelWithoutFlag() {
    AtomicBoolean flagInCancel = new AtomicBoolean(true);
    Probe<Integer> probe =
        new Probe<Integer>()
            .onCancel(p -> flagInCancel.set(Thread.currentThread().isInterrupted()));
    Fork<Boolean> fork =
        Fork.virtual(() -> {
          try {
            Await.await(probe);
            return false;
          } catch (CancellationException interrupted) {
            return Thread.currentThread().isInterrupted();
          }
        });
    probe.awaitRequest();
    fork.awaitParked().interrupt();
    assertThat(fork.join()).isTrue();
    assertThat(flagInCancel).isFalse();
  }

  @Test
  @DisplayName("A16 50 000 onCancel actions run in order")
  void manyActions() {
    AtomicInteger ran = new AtomicInteger();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            Await.<String>suspend(suspension -> {
              for (int i = 0; i < 50_000; i++) {
                int number = i;
                suspension.onCancel(() -> ran.compareAndSet(number, number + 1));
              }
              Coroutine<?> self = Coroutine.current();
              if (self != null) {
                self.cancel();
              }
            }));
    Eventually.until("the end", coroutine::isDone);
    assertThat(ran).hasValue(50_000);
  }

  @Test
  @DisplayName("A10 A16 an onCancel action that registers another one does not spin")
  void onCancelInsideOnCancel() {
    AtomicInteger ran = new AtomicInteger();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            Await.<String>suspend(suspension ->
                suspension.onCancel(() -> suspension.onCancel(ran::incrementAndGet))));
    Eventually.until("it runs", () -> coroutine.state() == Coroutine.State.RUNNING);
    coroutine.cancel();
    Eventually.until("the end", coroutine::isDone);
    assertThat(ran.get()).isLessThanOrEqualTo(1);
  }

  @Test
  @DisplayName("A11 an end that comes while an item is being folded ends the await")
  void endInsideItem() {
    Probe<Integer> probe = new Probe<Integer>().onRequest(p -> p.next(1));
    List<Integer> items =
        Await.awaitCollect(
            probe,
            Collector.of(
                ArrayList<Integer>::new,
                (list, item) -> {
                  list.add(item);
                  probe.complete();
                },
                (left, right) -> left));
    assertThat(items).containsExactly(1);
  }

  @Test
  @DisplayName("T1 a deadline holds in the cleanup of a cancelled coroutine")
  void deadlineInCleanup() {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Coroutine<@Nullable Void> coroutine =
        Coroutine.start(() -> {
          try {
            Thread.sleep(Duration.ofMinutes(5));
          } catch (InterruptedException cancelled) {
            try {
              Coroutine.withTimeout(
                  Duration.ofMillis(20), () -> Thread.sleep(Duration.ofMinutes(5)));
            } catch (Throwable t) {
              thrown.set(t);
            }
          }
        });
    Eventually.until("it sleeps", () -> coroutine.state() == Coroutine.State.RUNNING);
    coroutine.cancel();
    Eventually.until("the end", coroutine::isDone);
    assertThat(thrown.get())
        .satisfiesAnyOf(
            t -> assertThat(t).isNull(), // cancelled before its body began
            t -> assertThat(t).isInstanceOf(AwaitTimeoutException.class));
  }
}
