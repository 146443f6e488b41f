package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A9 an InterruptedException inside a source: whose interrupt it was")
@Timeout(60)
class AwaitInterruptTest {

  /** Blocks in place and hands the interruption to its suspension, as careful callers do. */
  private static Awaitable<String> failingWithIt(CountDownLatch inside) {
    return suspension -> {
      try {
        inside.countDown();
        Thread.sleep(60_000);
      } catch (InterruptedException e) {
        suspension.fail(e);
      }
    };
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A9 A16 fail(e) by a blocking call inside subscribe ends the await as interrupted")
  void ownInterrupt(Victim.By by) {
    for (boolean alone : new boolean[] {true, false}) {
      CountDownLatch inside = new CountDownLatch(1);
      Awaitable<String> source = failingWithIt(inside);
      Victim victim =
          Victim.start(
              by,
              () -> {
                if (alone) {
                  Await.<String>await(source);
                } else {
                  Await.<String>awaitAll(source);
                }
              });
      Eventually.until("inside", () -> inside.getCount() == 0);
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(victim.endedWithFlag()).as("the interrupt flag").isTrue();
    }
  }

  /** Awaits of sources that fail in place with an interruption that was made before. */
  private static List<ThrowingCallable> awaitsOf(InterruptedException foreign) {
    Awaitable<String> failing = s -> s.fail(foreign);
    Awaitable<String> throwing =
        s -> {
          throw foreign;
        };
    return List.of(
        () -> Await.<String>await(failing),
        () -> Await.<String>await(throwing),
        () -> Await.<String>awaitAll(failing),
        () -> Await.<String>awaitAll(throwing),
        () -> Await.<String>awaitAny(failing),
        () -> Await.await(Items.failing(foreign)),
        () -> Await.<@Nullable String>awaitAll(Await.awaitable(Items.failing(foreign))));
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A7 A9 one that was made elsewhere is an ordinary checked failure, the flag is down")
  void foreignInPlace(Where where) {
    InterruptedException foreign = new InterruptedException("elsewhere");
    for (ThrowingCallable await : awaitsOf(foreign)) {
      Fork<Boolean> fork =
          where.<Boolean>fork(() -> {
            assertThatThrownBy(await)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isSameAs(foreign);
            return Thread.currentThread().isInterrupted();
          });
      assertThat(fork.join()).isFalse();
    }
  }

  @Test
  @DisplayName("A7 A9 and does not cancel the coroutine that awaits it")
  void foreignInCoroutine() {
    InterruptedException foreign = new InterruptedException("elsewhere");
    for (ThrowingCallable await : awaitsOf(foreign)) {
      Coroutine<String> coroutine =
          Coroutine.start(() -> {
            assertThatThrownBy(await).isInstanceOf(CompletionException.class);
            assertThat(Coroutine.isCancelled()).isFalse();
            Coroutine.checkCancelled();
            return "goes on";
          });
      assertThat(coroutine.await()).isEqualTo("goes on");
    }
  }

  @Test
  @DisplayName("A7 A9 one that another thread signals is a failure too, even one made in an await")
  void onAnotherThread() {
    CountDownLatch inside = new CountDownLatch(1);
    Hand<String> hand = new Hand<>();
    Awaitable<String> passesOn =
        suspension -> {
          try {
            inside.countDown();
            Thread.sleep(60_000);
          } catch (InterruptedException e) {
            hand.fail(e); // to somebody who waits elsewhere
            suspension.resume("a");
          }
        };
    Coroutine<String> waiting = Coroutine.start(() -> Await.<String>await(hand));
    hand.get();
    Fork<String> interrupted = Fork.<String>virtual(() -> Await.<String>await(passesOn));
    Eventually.until("inside", () -> inside.getCount() == 0);
    interrupted.awaitParked().interrupt();
    assertThat(interrupted.join()).isEqualTo("a");
    assertThatThrownBy(waiting::await)
        .isInstanceOf(CompletionException.class)
        .hasCauseExactlyInstanceOf(InterruptedException.class);
    assertThat(waiting.state()).isEqualTo(Coroutine.State.FAILED);
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A9 A12 onError(e) inside request ends as interrupted, through a conversion too")
  void insideRequest(Victim.By by) {
    CountDownLatch inside = new CountDownLatch(1);
    Probe<String> probe =
        new Probe<String>()
            .onRequest(p -> {
              try {
                inside.countDown();
                Thread.sleep(60_000);
              } catch (InterruptedException e) {
                p.fail(e);
              }
            });
    try (Undelivered lost = new Undelivered()) {
      Victim victim =
          Victim.start(by, () -> Await.<@Nullable String>awaitAll(Await.awaitable(probe)));
      Eventually.until("inside", () -> inside.getCount() == 0);
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(victim.endedWithFlag()).isTrue();
      assertThat(lost.failures()).isEmpty();
    }
  }
}
