package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A9 S6 shield: cleanup that a cancel must not cut short")
@Timeout(60)
class ShieldTest {

  private static final CoroutineContext.Key<String> KEY = CoroutineContext.Key.of("key");
  private static final Duration LONG = Duration.ofSeconds(60);

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A9 cleanup in finally awaits in cancelled code; the flag is up again at the end")
  void cleanup(Victim.By by) {
    Probe<String> awaited = new Probe<>();
    Probe<String> cleanup = new Probe<>();
    AtomicReference<@Nullable String> cleaned = new AtomicReference<>();
    Victim victim =
        Victim.start(
            by,
            () -> {
              try {
                Await.await(awaited);
              } finally {
                Coroutine.shield(() -> {
                  assertThat(Thread.currentThread().isInterrupted()).isFalse();
                  assertThat(Coroutine.isCancelled()).isFalse();
                  Coroutine.checkCancelled();
                  cleaned.set(Await.awaitSingle(cleanup));
                });
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
                assertThat(catchThrowable(Coroutine::checkCancelled))
                    .isInstanceOf(CancellationException.class);
              }
            });
    awaited.awaitRequest();
    victim.awaitParked().stop();
    cleanup.awaitRequest();
    victim.awaitParked();
    cleanup.next("cleaned").complete();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(cleaned.get()).isEqualTo("cleaned");
    assertThat(cleanup.cancels()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A9 a cancel that comes during the shield waits for its end")
  void cancelDuringShield(Victim.By by) {
    assertWaitsForEnd(by, Await::awaitSingle);
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A9 C1 T1 also for an await in a block with a context and a deadline inside it")
  void cancelDuringShield_blocksInside(Victim.By by) {
    assertWaitsForEnd(
        by,
        shielded ->
            Coroutine.withTimeout(
                LONG, () -> CoroutineContext.with(KEY, "v", () -> Await.awaitSingle(shielded))));
  }

  private static void assertWaitsForEnd(Victim.By by, Function<Probe<String>, String> inside) {
    Probe<String> shielded = new Probe<>();
    Probe<String> after = new Probe<>();
    Victim victim =
        Victim.start(
            by,
            () -> {
              String value = Coroutine.shield(() -> inside.apply(shielded));
              assertThat(value).isEqualTo("a");
              assertThat(Thread.currentThread().isInterrupted()).isTrue();
              Await.await(after);
            });
    shielded.awaitRequest();
    victim.awaitParked().stop();
    victim.awaitParked();
    shielded.next("a").complete();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(shielded.cancels()).isZero();
    assertThat(after.subscriptions()).isZero();
  }

  @Test
  @DisplayName("A9 blocking calls of the JDK work inside the shield of cancelled code")
  void blockingInsideShield() {
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () -> {
              Eventually.until("interrupted", () -> Thread.currentThread().isInterrupted());
              try {
                Coroutine.shield(() -> Thread.sleep(1));
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              assertThat(Thread.currentThread().isInterrupted()).isTrue();
              throw new IllegalStateException("end");
            });
    victim.stop();
    assertThat(victim.failure()).hasMessage("end");
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A9 T1 a timeout inside a shield ends what hangs there, and only that")
  void timeoutInsideShield(Victim.By by) {
    Probe<String> awaited = new Probe<>();
    Probe<String> hanging = new Probe<>();
    Probe<String> next = new Probe<String>().onRequest(p -> p.next("next").complete());
    Victim victim =
        Victim.start(
            by,
            () -> {
              try {
                Await.await(awaited);
              } finally {
                String value =
                    Coroutine.shield(() -> {
                      assertThat(
                              catchThrowable(() ->
                                  Coroutine.withTimeout(
                                      Duration.ofMillis(10),
                                      () -> {
                                        Await.await(hanging);
                                      })))
                          .isExactlyInstanceOf(AwaitTimeoutException.class);
                      assertThat(Thread.currentThread().isInterrupted()).isFalse();
                      return Await.awaitSingle(next);
                    });
                assertThat(value).isEqualTo("next");
              }
            });
    awaited.awaitRequest();
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(hanging.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("A9 T1 a shield inside a timeout holds its expiry back until the shield's end")
  void shieldInsideTimeout() {
    Probe<String> shielded = new Probe<>();
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () ->
                Coroutine.withTimeout(
                    Duration.ofMillis(5),
                    () -> {
                      String value = Coroutine.shield(() -> Await.awaitSingle(shielded));
                      assertThat(value).isEqualTo("a");
                      Eventually.until("the timeout", () -> Thread.currentThread().isInterrupted());
                      Await.delay(Duration.ofSeconds(60));
                    }));
    shielded.awaitRequest();
    victim.awaitParked();
    shielded.next("a").complete();
    assertThat(victim.failure()).isExactlyInstanceOf(AwaitTimeoutException.class);
    assertThat(shielded.cancels()).isZero();
    assertThat(victim.endedWithFlag()).isFalse();
  }

  @Test
  @DisplayName("A9 shields nest")
  void nested() {
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () -> {
              Eventually.until("interrupted", () -> Thread.currentThread().isInterrupted());
              Coroutine.shield(() -> {
                Coroutine.shield(() -> Await.delay(Duration.ofMillis(1)));
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                Await.delay(Duration.ofMillis(1));
              });
              Await.delay(Duration.ofMillis(1));
            });
    victim.stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
  }

  @Test
  @DisplayName("S6 shield rethrows a checked failure as itself and returns null as a value")
  void checkedFailure() {
    IOException failure = new IOException("body");
    assertThat(
            catchThrowable(() ->
                Coroutine.shield(() -> {
                  throw failure;
                })))
        .isSameAs(failure);
    assertThat(Coroutine.<@Nullable String, RuntimeException>shield(() -> null)).isNull();
  }

  @Test
  @DisplayName("A9 the current coroutine stays visible inside a shield")
  void currentCoroutine() {
    Coroutine<Boolean> coroutine =
        Coroutine.start(() -> {
          Coroutine<?> outside = Coroutine.current();
          Coroutine<?> inside =
              Coroutine.<@Nullable Coroutine<?>, RuntimeException>shield(() -> Coroutine.current());
          return outside != null && outside == inside;
        });
    assertThat(coroutine.await()).isTrue();
  }
}
