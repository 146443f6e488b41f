package io.bridge.examples.merge;

import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine;
import io.bridge.fixtures.Eventually;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.observers.TestObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The row of peers.md, section Await, on RxJava's {@code fromCompletionStage} (A7, A14): the peer
 * and ours side by side, here because two adapters meet.
 */
@DisplayName("RxJava's view of a stage, and ours beside it")
@Timeout(60)
class StagePeersTest {

  @Test
  @DisplayName("A7 RxJava fromCompletionStage keeps the CompletionException: await removes layers")
  void peer_fromCompletionStage_keepsTheLayers() {
    IllegalStateException unchecked = new IllegalStateException("mine");
    CompletionStage<String> failed = layered(unchecked);
    TestObserver<String> observer = Single.fromCompletionStage(failed).test();
    observer.assertError(CompletionException.class); // a fixed peer would unwrap it
    assertThatThrownBy(() -> await(failed)).isSameAs(unchecked);

    IOException checked = new IOException("mine");
    Single.fromCompletionStage(layered(checked)).test().assertError(CompletionException.class);
    assertThatThrownBy(() -> await(layered(checked)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(checked);
  }

  private static CompletionStage<String> layered(Exception failure) {
    CompletableFuture<String> source = new CompletableFuture<>();
    source.completeExceptionally(new CompletionException(new ExecutionException(failure)));
    return source.thenApply(value -> value);
  }

  @Test
  @DisplayName("A14 RxJava fromCompletionStage: dispose leaves the future: awaitOrCancel ends it")
  void peer_fromCompletionStage_disposeLeavesTheFuture() {
    CompletableFuture<String> peers = new CompletableFuture<>();
    Single.fromCompletionStage(peers).test().dispose();
    assertThat(peers.isDone()).as("a fixed peer would cancel it").isFalse();

    CompletableFuture<String> owned = new CompletableFuture<>();
    disposeWhileAwaiting(owned, single(() -> awaitOrCancel(owned)));
    Eventually.until("the owned future is cancelled", owned::isCancelled);
  }

  @Test
  @DisplayName("A14 a disposed await of a stage that is not ours observes, and unregisters")
  void await_disposed_leavesTheFutureAndUnregisters() {
    CompletableFuture<String> shared = new CompletableFuture<>();
    AtomicReference<@Nullable Coroutine<?>> body = new AtomicReference<>();
    disposeWhileAwaiting(
        shared,
        single(() -> {
          body.set(Coroutine.current());
          return await(shared);
        }));
    Eventually.until("the end", () -> isDone(body.get()));
    assertThat(shared.isDone()).isFalse();
    assertThat(shared.getNumberOfDependents()).isZero();
  }

  private static boolean isDone(@Nullable Coroutine<?> coroutine) {
    return coroutine != null && coroutine.isDone();
  }

  private static void disposeWhileAwaiting(CompletableFuture<?> future, Single<String> single) {
    TestObserver<String> observer = single.test();
    Eventually.until("it is awaited", () -> future.getNumberOfDependents() > 0);
    observer.dispose();
  }
}
