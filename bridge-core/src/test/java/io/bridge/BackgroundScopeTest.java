package io.bridge;

import static io.bridge.Scopes.LONG;
import static io.bridge.Scopes.assertFree;
import static io.bridge.Scopes.awaitEnd;
import static io.bridge.Scopes.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine.State;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("S3 a scope for background work")
@Timeout(60)
class BackgroundScopeTest {

  private final IllegalStateException failure = new IllegalStateException("job");
  private final CoroutineScope<Object, @Nullable Void> scope =
      CoroutineScope.background(config -> config.withName("jobs"));

  @AfterEach
  void close() {
    scope.close();
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("S3 whoever holds it forks into it, from any thread, its own coroutines too")
  void forkedFromAnywhere(TimeoutTest.On on) {
    String names =
        on.run(() ->
            scope
                .fork(() ->
                    Thread.currentThread().getName()
                        + scope.fork(() -> " of " + Thread.currentThread().getName()).await())
                .await());
    assertThat(names).isEqualTo("jobs of jobs");
    assertFree();
  }

  @Test
  @DisplayName("S3 it is no block: a cancel of the code that opened it does not reach it")
  void notCancelledWithItsOpener() {
    Probe<String> probe = new Probe<>();
    AtomicReference<@Nullable CoroutineScope<String, ?>> opened = new AtomicReference<>();
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () -> {
              CoroutineScope<String, @Nullable Void> own =
                  CoroutineScope.background(config -> config);
              opened.set(own);
              own.fork(() -> Await.awaitSingle(probe));
              Await.delay(LONG);
            });
    probe.awaitRequest();
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    awaitEnd(victim.coroutine());
    CoroutineScope<String, ?> own = opened.get();
    assertThat(own).isNotNull().matches(background -> !background.isCancelled());
    assertThat(probe.cancels()).isZero();
    probe.next("a").complete();
    if (own != null) {
      own.join();
      own.close();
    }
  }

  @Test
  @DisplayName("S3 A12 a failure concerns its own coroutine, and is reported at once, once")
  void failureIsReported() {
    Probe<String> probe = new Probe<>();
    try (Undelivered lost = new Undelivered()) {
      Coroutine<String> other = scope.fork(() -> Await.awaitSingle(probe));
      failed(scope, failure);
      assertThat(lost.failures()).containsExactly(failure);
      assertThat(scope.isCancelled()).isFalse();
      assertThat(scope.failures()).isEmpty();
      assertFree();
      probe.awaitRequest();
      probe.next("a").complete();
      assertThat(other.await()).isEqualTo("a");
      scope.fork(Scopes::forever).cancel();
      scope.close();
      assertThat(lost.failures()).containsExactly(failure);
    }
  }

  @Test
  @DisplayName("S3 A12 with a handler, failures go there, and what the handler throws is reported")
  void handler() {
    IllegalStateException ofHandler = new IllegalStateException("handler");
    List<Throwable> handled = new CopyOnWriteArrayList<>();
    try (Undelivered lost = new Undelivered();
        CoroutineScope<Object, @Nullable Void> jobs =
            CoroutineScope.background(config ->
                config.withFailureHandler((child, thrown) -> {
                  handled.add(thrown);
                  throw ofHandler;
                }))) {
      failed(jobs, failure);
      jobs.fork(Scopes::forever).cancel();
      jobs.join();
      assertThat(handled).containsExactly(failure);
      assertThat(lost.failures()).containsExactly(ofHandler);
    }
  }

  @Test
  @DisplayName("S3 join waits for what runs now; the scope goes on behind it")
  void join() {
    Probe<String> probe = new Probe<>();
    Coroutine<String> first = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    Fork<String> joining =
        Fork.virtual(() -> {
          scope.join();
        });
    joining.awaitParked();
    probe.next("a").complete();
    joining.join();
    assertThat(first.get()).isEqualTo("a");
    assertThat(scope.fork(() -> "b").await()).isEqualTo("b");
  }

  @Test
  @DisplayName("S3 an orderly end: what runs may end, nothing new begins; a cancel is not needed")
  void orderly() {
    Probe<String> probe = new Probe<>();
    Coroutine<String> job = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    Fork<String> closing = Fork.platform(() -> scope.close(LONG));
    closing.awaitParked();
    assertThatThrownBy(() -> scope.fork(() -> 1)).isInstanceOf(IllegalStateException.class);
    probe.next("a").complete();
    closing.join();
    assertThat(job.get()).isEqualTo("a");
    assertThat(probe.cancels()).isZero();
  }

  @Test
  @DisplayName("S3 cancel cancels all, and those that are forked later")
  void cancel() {
    Coroutine<String> job = scope.fork(Scopes::forever);
    scope.cancel("why");
    awaitEnd(job);
    assertThat(job.state()).isEqualTo(State.CANCELLED);
    assertThatThrownBy(scope::join).isInstanceOf(CancellationException.class).hasMessage("why");
    assertFree();
  }

  /** Returns with nothing but weak references left: to a handle, its value and its failure. */
  private List<WeakReference<?>> ended() {
    Object captured = new Object();
    Coroutine<Object> succeeded = scope.fork(() -> List.of(captured));
    Coroutine<String> failing = failed(scope, new IllegalStateException("kept?"));
    Coroutine<String> cancelled = scope.fork(Scopes::forever);
    cancelled.cancel();
    Object value = succeeded.await();
    awaitEnd(cancelled);
    return List.of(
        new WeakReference<>(captured),
        new WeakReference<>(succeeded),
        new WeakReference<>(value),
        new WeakReference<>(failing),
        new WeakReference<>(failing.failure()),
        new WeakReference<>(cancelled));
  }

  @Test
  @DisplayName("S3 A13 it keeps nothing of coroutines that have ended, nor of waits that have")
  void nothingKept() {
    try (Registration ignoring = Undeliverable.onFailure(thrown -> {})) {
      assertThat(ignoring).isNotNull();
      List<WeakReference<?>> references = ended();
      for (WeakReference<?> reference : references) {
        Eventually.until(
            "it is collected",
            () -> {
              System.gc();
              return reference.refersTo(null);
            });
      }
      assertThat(scope.fork(() -> "still open").await()).isEqualTo("still open");
    }
  }

  @Test
  @DisplayName("A13 100000 waits for it that were cut short leave nothing with it")
  void waitsCutShort() {
    Probe<String> probe = new Probe<>();
    scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    cutShort(10);
    long before = usedMemory();
    cutShort(100_000);
    assertThat(usedMemory() - before).as("bytes").isLessThan(4_000_000);
    probe.next("a").complete();
  }

  private static long usedMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private void cutShort(int waits) {
    for (int i = 0; i < waits; i++) {
      Fork<@Nullable Void> joining = Fork.<@Nullable Void>virtual(scope::join);
      Throwable thrown = joining.awaitParked().interrupt().joinFailure();
      assertThat(thrown).isInstanceOf(CancellationException.class);
    }
  }
}
