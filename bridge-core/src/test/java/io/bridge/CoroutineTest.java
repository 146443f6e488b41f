package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine.State;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("S1 S6 B11 coroutines")
@Timeout(60)
class CoroutineTest {

  private static void awaitDone(Coroutine<?> coroutine) {
    Eventually.until("the coroutine ends", coroutine::isDone);
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("S1 start runs the body on a new virtual thread; await returns its value")
  void start(Where where) {
    AtomicReference<@Nullable Thread> ran = new AtomicReference<>();
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          ran.set(Thread.currentThread());
          return "a";
        });
    assertThat(where.fork(coroutine::await).join()).isEqualTo("a");
    assertThat(ran.get()).matches(thread -> thread != null && thread.isVirtual());
    assertThat(coroutine.state()).isEqualTo(State.SUCCEEDED);
    assertThat(coroutine.isDone()).isTrue();
    assertThat(coroutine.get()).isEqualTo("a");
    assertThat(coroutine.failure()).isNull();
    assertThat(coroutine.await()).as("again").isEqualTo("a");
  }

  @Test
  @DisplayName("S1 a void body and a null value succeed with null")
  void nullValue() {
    assertThat(Coroutine.start(() -> {}).await()).isNull();
    Coroutine<@Nullable String> coroutine = Coroutine.<@Nullable String>start(() -> null);
    assertThat(coroutine.await()).isNull();
    assertThat(coroutine.state()).isEqualTo(State.SUCCEEDED);
    assertThat(coroutine.get()).isNull();
  }

  @Test
  @DisplayName("S1 while it runs: RUNNING, no value, no failure")
  void running() {
    Probe<String> probe = new Probe<>();
    Coroutine<String> coroutine = Coroutine.start(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    assertThat(coroutine.state()).isEqualTo(State.RUNNING);
    assertThat(coroutine.isDone()).isFalse();
    assertThat(coroutine.failure()).isNull();
    assertThatThrownBy(coroutine::get).isInstanceOf(IllegalStateException.class);
    probe.next("a").complete();
    assertThat(coroutine.await()).isEqualTo("a");
  }

  @Test
  @DisplayName("S1 A7 a failed body: unchecked as itself, checked as cause, get refuses")
  void failed() {
    IllegalStateException unchecked = new IllegalStateException("body");
    Coroutine<@Nullable Void> first =
        Coroutine.start(() -> {
          throw unchecked;
        });
    assertThat(catchThrowable(first::await)).isSameAs(unchecked);
    assertThat(first.state()).isEqualTo(State.FAILED);
    assertThat(first.failure()).isSameAs(unchecked);
    assertThatThrownBy(first::get).isInstanceOf(IllegalStateException.class);
    IOException checked = new IOException("body");
    Coroutine<@Nullable Void> second =
        Coroutine.start(() -> {
          throw checked;
        });
    assertThatThrownBy(second::await)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(checked);
    assertThat(second.failure()).isSameAs(checked);
  }

  @Test
  @DisplayName(
      "B11 OutOfMemoryError, StackOverflowError and NoClassDefFoundError reach the awaiter")
  void fatalErrors() {
    for (Error error :
        List.of(
            new OutOfMemoryError("thrown"),
            new StackOverflowError("thrown"),
            new NoClassDefFoundError("thrown"))) {
      Probe<String> probe = new Probe<>();
      Coroutine<@Nullable String> coroutine =
          Coroutine.start(() -> {
            Await.await(probe);
            throw error;
          });
      Fork<@Nullable String> waiting = Fork.<@Nullable String>virtual(coroutine::await);
      waiting.awaitParked();
      probe.awaitRequest().complete();
      assertThat(waiting.joinFailure()).isSameAs(error);
      assertThat(coroutine.state()).isEqualTo(State.FAILED);
    }
  }

  @Test
  @DisplayName("B11 a real stack overflow in a body reaches the awaiter")
  void realStackOverflow() {
    Coroutine<Integer> coroutine = Coroutine.start(() -> depth(0));
    assertThat(catchThrowable(coroutine::await)).isInstanceOf(StackOverflowError.class);
  }

  private static int depth(int n) {
    return n == Integer.MAX_VALUE ? n : Math.max(n, depth(n + 1));
  }

  @Test
  @DisplayName(
      "S1 A7 cancel: CANCELLED, await throws it as a foreign cancellation, with the reason")
  void cancel() {
    Probe<String> probe = new Probe<>();
    Coroutine<String> coroutine = Coroutine.start(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    coroutine.cancel("the reason");
    assertThatThrownBy(coroutine::await)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage("the reason");
    assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
    assertThat(coroutine.failure()).isInstanceOf(CancellationException.class);
    assertThatThrownBy(coroutine::get).isInstanceOf(IllegalStateException.class);
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "S1 cancelling twice is harmless, the first reason stays; after the end it is nothing")
  void cancelTwice() {
    Probe<String> probe = new Probe<>();
    Coroutine<String> coroutine = Coroutine.start(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    coroutine.cancel("first");
    coroutine.cancel("second");
    coroutine.cancel();
    awaitDone(coroutine);
    coroutine.cancel("third");
    assertThat(coroutine.failure()).hasMessage("first");
    assertThat(probe.cancels()).isEqualTo(1);
    Coroutine<String> finished = Coroutine.start(() -> "a");
    assertThat(finished.await()).isEqualTo("a");
    finished.cancel();
    assertThat(finished.state()).isEqualTo(State.SUCCEEDED);
    assertThat(finished.await()).isEqualTo("a");
  }

  @Test
  @DisplayName("S1 cancelled before it starts: the body never runs")
  void cancelledBeforeItStarts() {
    AtomicBoolean release = new AtomicBoolean();
    AtomicInteger spinning = new AtomicInteger();
    AtomicBoolean ran = new AtomicBoolean();
    int carriers = Runtime.getRuntime().availableProcessors();
    List<Thread> spinners = new ArrayList<>();
    for (int i = 0; i < carriers; i++) {
      spinners.add(
          Thread.startVirtualThread(() -> {
            spinning.incrementAndGet();
            while (!release.get()) {
              Thread.onSpinWait();
            }
          }));
    }
    Coroutine<@Nullable Void> coroutine;
    try {
      Eventually.until("all carriers are busy", () -> spinning.get() == carriers);
      coroutine = Coroutine.start(() -> ran.set(true));
      coroutine.cancel("early");
      assertThat(coroutine.state()).isEqualTo(State.RUNNING);
    } finally {
      release.set(true);
    }
    awaitDone(coroutine);
    assertThat(ran).isFalse();
    assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
    assertThat(coroutine.failure()).hasMessage("early");
    assertThat(spinners).hasSize(carriers);
  }

  @Test
  @DisplayName("S1 a body that returns in spite of the cancel has succeeded")
  void returnsInSpite() {
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          Victim.untilStopped();
          return "in spite";
        });
    coroutine.cancel();
    awaitDone(coroutine);
    if (coroutine.state() == State.SUCCEEDED) { // else it was cancelled before it started
      assertThat(coroutine.get()).isEqualTo("in spite");
    } else {
      assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
    }
  }

  @Test
  @DisplayName("S1 a body that fails for another reason after the cancel has failed")
  void failsInSpite() {
    IllegalStateException failure = new IllegalStateException("cleanup");
    CountDownLatch inside = new CountDownLatch(1);
    Coroutine<@Nullable Void> coroutine =
        Coroutine.start(() -> {
          inside.countDown();
          Victim.untilStopped();
          throw failure;
        });
    Eventually.until("inside", () -> inside.getCount() == 0);
    coroutine.cancel();
    awaitDone(coroutine);
    assertThat(coroutine.state()).isEqualTo(State.FAILED);
    assertThat(coroutine.failure()).isSameAs(failure);
  }

  @Test
  @DisplayName("S1 B6 cancel interrupts a blocking call of the JDK in the body")
  void interruptsBlockingCall() {
    CountDownLatch inside = new CountDownLatch(1);
    Coroutine<@Nullable Void> coroutine =
        Coroutine.start(() -> {
          inside.countDown();
          Thread.sleep(60_000);
        });
    Eventually.until("inside", () -> inside.getCount() == 0);
    coroutine.cancel();
    awaitDone(coroutine);
    assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
  }

  @Test
  @DisplayName("S1 onCompletion: on the coroutine's thread, in order, with no interrupt flag up")
  void onCompletion() {
    Probe<String> probe = new Probe<>();
    AtomicReference<@Nullable Thread> body = new AtomicReference<>();
    List<String> order = new CopyOnWriteArrayList<>();
    Coroutine<@Nullable String> coroutine =
        Coroutine.start(() -> {
          body.set(Thread.currentThread());
          return Await.<String>await(probe);
        });
    for (String name : List.of("1", "2")) {
      coroutine.onCompletion(ended ->
          order.add(
              name
                  + (Thread.currentThread() == body.get())
                  + Thread.currentThread().isInterrupted()
                  + (ended == coroutine)
                  + ended.state()));
    }
    probe.awaitRequest();
    assertThat(order).isEmpty();
    coroutine.cancel();
    Eventually.until("both ran", () -> order.size() == 2);
    assertThat(order).containsExactly("1truefalsetrueCANCELLED", "2truefalsetrueCANCELLED");
  }

  @Test
  @DisplayName("S1 onCompletion after the end runs at once on the calling thread")
  void lateOnCompletion() {
    Coroutine<String> coroutine = Coroutine.start(() -> "a");
    assertThat(coroutine.await()).isEqualTo("a");
    AtomicReference<@Nullable Thread> ran = new AtomicReference<>();
    coroutine.onCompletion(ended -> ran.set(Thread.currentThread()));
    assertThat(ran.get()).isSameAs(Thread.currentThread());
  }

  @Test
  @DisplayName("S1 A12 what an onCompletion action throws goes to Undeliverable; the others run")
  void throwingOnCompletion() {
    IllegalStateException failure = new IllegalStateException("action");
    AtomicInteger others = new AtomicInteger();
    Probe<String> probe = new Probe<>();
    try (Undelivered lost = new Undelivered()) {
      Coroutine<@Nullable String> coroutine = Coroutine.start(() -> Await.<String>await(probe));
      coroutine.onCompletion(ended -> others.incrementAndGet());
      coroutine.onCompletion(ended -> {
        throw failure;
      });
      coroutine.onCompletion(ended -> others.incrementAndGet());
      probe.awaitRequest().complete();
      assertThat(coroutine.await()).isNull();
      Eventually.until("all ran", () -> others.get() == 2);
      coroutine.onCompletion(ended -> {
        throw failure;
      });
      Eventually.until("both reported", () -> lost.failures().size() == 2);
      assertThat(lost.failures()).containsOnly(failure);
    }
  }

  @Test
  @DisplayName("S1 name is the thread's and shared; current is null outside")
  void nameAndCurrent() {
    AtomicReference<@Nullable String> thread = new AtomicReference<>();
    AtomicReference<@Nullable Object> current = new AtomicReference<>();
    Coroutine<@Nullable Void> coroutine =
        Coroutine.start(() -> {
          thread.set(Thread.currentThread().getName());
          Coroutine.withTimeout(Duration.ofSeconds(60), () -> current.set(Coroutine.current()));
        });
    coroutine.await();
    assertThat(thread.get()).isEqualTo(coroutine.name());
    assertThat(current.get()).isSameAs(coroutine);
    assertThat(Coroutine.start(() -> "a").name()).isEqualTo(coroutine.name());
    assertThat(Coroutine.current()).isNull();
    assertThat(coroutine.toString()).contains(coroutine.name(), "SUCCEEDED");
  }

  @Test
  @DisplayName("S6 isCancelled and checkCancelled for loops that compute")
  void checkCancelled() {
    assertThat(Coroutine.isCancelled()).isFalse();
    Coroutine.checkCancelled();
    CountDownLatch inside = new CountDownLatch(1);
    Coroutine<@Nullable Void> coroutine =
        Coroutine.start(() -> {
          inside.countDown();
          Eventually.until("cancelled", Coroutine::isCancelled);
          Coroutine.checkCancelled();
        });
    Eventually.until("inside", () -> inside.getCount() == 0);
    coroutine.cancel("reason");
    awaitDone(coroutine);
    assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
    assertThat(coroutine.failure()).hasMessage("reason");
  }

  @Test
  @DisplayName("S6 A9 checkCancelled on an interrupted plain thread throws and leaves the flag up")
  void checkInterrupted() {
    Fork<Boolean> fork =
        Fork.platform(() -> {
          Thread.currentThread().interrupt();
          assertThat(catchThrowable(Coroutine::checkCancelled))
              .isExactlyInstanceOf(CancellationException.class);
          return Thread.interrupted();
        });
    assertThat(fork.join()).isTrue();
  }

  @Test
  @DisplayName("S1 A5 a cancelled await of a coroutine leaves the coroutine running")
  void awaitDoesNotOwn() {
    Probe<String> probe = new Probe<>();
    Coroutine<String> awaited = Coroutine.start(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    Victim victim = Victim.start(Victim.By.CANCEL, awaited::await);
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(awaited.state()).isEqualTo(State.RUNNING);
    assertThat(probe.cancels()).isZero();
    probe.next("a").complete();
    assertThat(awaited.await()).isEqualTo("a");
  }

  @ParameterizedTest
  @ValueSource(ints = {2_000})
  @DisplayName("A13 timed-out awaits of one coroutine leave no waiter behind")
  void waitersGo(int count) throws Exception {
    Probe<String> probe = new Probe<>();
    Coroutine<String> awaited = Coroutine.start(() -> Await.awaitSingle(probe));
    try (Undelivered lost = new Undelivered()) {
      for (int i = 0; i < count; i++) {
        assertThat(catchThrowable(() -> Coroutine.withTimeout(Duration.ofNanos(1), awaited::await)))
            .isInstanceOf(AwaitTimeoutException.class);
      }
      Object queue = fieldOf(fieldOf(awaited, "end"), "waiters");
      if (queue instanceof java.util.Collection<?> left) {
        assertThat(left).isEmpty();
      }
      probe.awaitRequest().next("a").complete();
      assertThat(awaited.await()).isEqualTo("a");
      assertThat(lost.values()).isEmpty();
    }
  }

  private static @Nullable Object fieldOf(@Nullable Object object, String name) throws Exception {
    Field field = requireNonNull(object).getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }

  @Test
  @DisplayName("S1 many waiters, before and after the end, all get the outcome once")
  void manyWaiters() {
    CountDownLatch release = new CountDownLatch(1);
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          release.await();
          return "a";
        });
    List<Fork<String>> forks = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      forks.add(Fork.virtual(coroutine::await));
      if (i == 250) {
        release.countDown();
      }
    }
    forks.forEach(fork -> assertThat(fork.join()).isEqualTo("a"));
  }
}
