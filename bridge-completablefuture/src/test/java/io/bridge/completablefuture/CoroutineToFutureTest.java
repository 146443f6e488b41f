package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.toCompletableFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Await;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("S1 B9 a coroutine of a scope as a CompletableFuture")
@Timeout(60)
class CoroutineToFutureTest {

  private static final Body<@Nullable String, RuntimeException> NOTHING = () -> null;

  private final Probe<String> probe = new Probe<>();
  private final CoroutineScope<@Nullable String, @Nullable Void> scope =
      CoroutineScope.background(config -> config.withFailureHandler((child, failure) -> {}));

  @AfterEach
  void close() {
    scope.close();
  }

  private static <T extends @Nullable Object> T get(CompletableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  @Test
  @DisplayName("S1 B9 the value, before and after the end, and null as null")
  void value() throws Exception {
    Coroutine<String> coroutine = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    CompletableFuture<String> future = toCompletableFuture(coroutine);
    assertThat(future).isNotDone();
    probe.next("a").complete();
    assertThat(get(future)).isEqualTo("a");
    assertThat(get(toCompletableFuture(coroutine))).isEqualTo("a");
    Coroutine<@Nullable String> nothing = scope.fork(NOTHING);
    assertThat(get(CompletableFutureBridge.<@Nullable String>toCompletableFuture(nothing)))
        .isNull();
  }

  @Test
  @DisplayName("S1 A7 a failure completes it as itself; a cancelled coroutine cancels it")
  void failure() {
    IOException failure = new IOException("disk");
    Coroutine<String> failing =
        scope.<String>fork(() -> {
          throw failure;
        });
    assertThat(catchThrowable(() -> toCompletableFuture(failing).join()))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(failure);
    Coroutine<String> cancelled = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    CompletableFuture<String> future = toCompletableFuture(cancelled);
    cancelled.cancel("why");
    Eventually.until("it ends", future::isDone);
    assertThat(future.isCancelled()).isTrue();
    assertThat(catchThrowable(future::join)).isInstanceOf(CancellationException.class);
  }

  @Test
  @DisplayName("S1 whoever stops listening does not own the coroutine: it goes on")
  void cancelled() {
    Coroutine<String> coroutine = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    assertThat(toCompletableFuture(coroutine).cancel(true)).isTrue();
    assertThat(probe.cancels()).isZero();
    probe.next("a").complete();
    Eventually.until("it ends", coroutine::isDone);
    assertThat(coroutine.get()).isEqualTo("a");
  }
}
