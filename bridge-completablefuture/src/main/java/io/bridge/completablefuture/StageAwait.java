package io.bridge.completablefuture;

import io.bridge.internal.CancelFrame;
import io.bridge.internal.Failures;
import io.bridge.internal.FutureAwait;
import io.bridge.internal.ParkedAwait;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Awaits a stage by one callback. After a cancelled await, that callback is all the stage keeps.
 *
 * @param <T> the type of the value
 */
final class StageAwait<T extends @Nullable Object> extends ParkedAwait<T>
    implements BiConsumer<T, @Nullable Throwable> {

  /** The stage to cancel when the waiting is cancelled; null if it is not ours to cancel (A14). */
  private @Nullable CompletionStage<? extends T> owned;

  private StageAwait(@Nullable CompletionStage<? extends T> owned, @Nullable CancelFrame frame) {
    super(frame);
    this.owned = owned;
  }

  static <T extends @Nullable Object> T await(CompletionStage<? extends T> stage, boolean owned) {
    if (stage instanceof CompletableFuture<? extends T> future && !isMinimal(future)) {
      return FutureAwait.<T>await(future, owned);
    }
    StageAwait<T> await = new StageAwait<>(owned ? stage : null, CancelFrame.enterAwait());
    try {
      stage.whenComplete(await);
    } catch (Throwable t) {
      await.sourceThrew(t);
    }
    return await.join();
  }

  static <T extends @Nullable Object> T await(Future<? extends T> future, boolean owned) {
    if (future instanceof CompletionStage<?> stage) {
      return StageAwait.<T>await(StageAwait.<T>valueOf(stage), owned);
    }
    return FutureAwait.<T>await(future, owned);
  }

  @SuppressWarnings(
      "unchecked") // one object: what its get returns is what its stage completes with
  private static <T extends @Nullable Object> CompletionStage<? extends T> valueOf(
      CompletionStage<?> stage) {
    return (CompletionStage<? extends T>) stage;
  }

  /** The JDK's minimal stage is a CompletableFuture in name only: its {@code get} throws. */
  private static boolean isMinimal(CompletableFuture<?> future) {
    return future.getClass().getEnclosingClass() == CompletableFuture.class;
  }

  @Override
  @SuppressWarnings("NullAway") // a stage gives null with a failure, which is looked at first
  public void accept(@Nullable T value, @Nullable Throwable failure) {
    owned = null;
    if (failure != null) {
      failOrReport(Failures.unwrap(failure));
    } else {
      resumeOrDiscard(value);
    }
  }

  @Override
  protected void cancelUpstream() {
    CompletionStage<? extends T> stage = owned;
    owned = null;
    if (stage == null) {
      return;
    }
    try {
      Future<?> future = stage instanceof Future<?> f ? f : stage.toCompletableFuture();
      future.cancel(true);
    } catch (Throwable t) { // a stage may refuse to be a future
      reportLost(t);
    }
  }
}
