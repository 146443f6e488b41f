package io.bridge.completablefuture;

import io.bridge.Awaitable;
import io.bridge.Undeliverable;
import io.bridge.internal.await.ParkedAwait;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.coroutine.FutureAwait;
import io.bridge.internal.failure.Failures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Awaits a stage by one callback. After a cancelled await, that callback is all the stage keeps; a
 * {@code CompletableFuture} that does not delegate keeps nothing. What others have registered with
 * it never runs here (A13): so nobody waits in its {@code get}, and the callback is not its own.
 *
 * @param <T> the type of the value
 */
final class StageAwait<T extends @Nullable Object> extends ParkedAwait<T>
    implements BiConsumer<T, @Nullable Throwable> {

  /**
   * One that delegates its callbacks is never complete itself, which is all that anyOf looks at.
   */
  private static final ClassValue<Boolean> DELEGATES =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          try {
            return type.getMethod("whenComplete", BiConsumer.class).getDeclaringClass()
                != CompletableFuture.class;
          } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
          }
        }
      };

  /** The JDK's minimal stage is a CompletableFuture in name only: its {@code get} throws. */
  private static final ClassValue<Boolean> MINIMAL =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return type.getEnclosingClass() == CompletableFuture.class;
        }
      };

  /** Whether the stage is ours to cancel (A14). */
  private final boolean owns;

  // any thread; null if there is nothing to cancel
  private volatile @Nullable CompletionStage<?> stage;

  private StageAwait(
      @Nullable CompletionStage<?> owned,
      @Nullable CancelFrame frame,
      @Nullable Receiver<? super T> receiver) {
    super(frame, receiver);
    this.owns = owned != null;
    this.stage = owned;
  }

  static <T extends @Nullable Object> T await(CompletionStage<? extends T> stage, boolean owned) {
    CancelFrame frame = enter(stage, owned);
    if (stage instanceof CompletableFuture<? extends T> future
        && !isMinimal(future)
        && future.isDone()) {
      return FutureAwait.<T>outcome(future);
    }
    StageAwait<T> await = new StageAwait<>(owned ? stage : null, frame, null);
    await.subscribeTo(stage);
    return await.join();
  }

  static <T extends @Nullable Object> Awaitable<T> awaitable(CompletionStage<? extends T> stage) {
    return suspension -> {
      StageAwait<T> await = new StageAwait<>(null, null, Receiver.of(suspension));
      if (await.follow(suspension)) {
        await.subscribeTo(stage);
      }
    };
  }

  private void subscribeTo(CompletionStage<? extends T> source) {
    try {
      if (source instanceof CompletableFuture<? extends T> future
          && !DELEGATES.get(source.getClass())) {
        subscribeRevocably(future);
      } else {
        source.whenComplete(this);
      }
    } catch (Throwable t) {
      sourceThrew(t);
    }
  }

  /**
   * A callback cannot be taken back from a future, and the thread that registers it runs those of
   * others if the future is completed meanwhile. The JDK's anyOf does neither: it leaves all its
   * sources when one of them is complete, so the cancellation is the second source (A13).
   */
  @SuppressWarnings({"unchecked", "FutureReturnValueIgnored"}) // the second one has no value
  private void subscribeRevocably(CompletableFuture<? extends T> future) {
    CompletableFuture<T> cancelled = new CompletableFuture<>();
    if (!owns) {
      stage = cancelled;
    }
    ((CompletableFuture<T>) CompletableFuture.anyOf(future, cancelled)).whenComplete(this);
    if (!owns
        && hasEnded()) { // a cancel on another thread may have come before the stage was there
      cancelUpstream();
    }
  }

  static <T extends @Nullable Object> T await(Future<? extends T> future, boolean owned) {
    if (future instanceof CompletionStage<?> stage) {
      return StageAwait.<T>await(StageAwait.<T>valueOf(stage), owned);
    }
    return FutureAwait.<T>await(future, owned);
  }

  @SuppressWarnings("unchecked") // one object: what its get returns is what its stage ends with
  private static <T extends @Nullable Object> CompletionStage<? extends T> valueOf(
      CompletionStage<?> stage) {
    return (CompletionStage<? extends T>) stage;
  }

  static <T extends @Nullable Object> Awaitable<T> awaitable(Future<? extends T> future) {
    if (future instanceof CompletionStage<?> stage) {
      return StageAwait.<T>awaitable(StageAwait.<T>valueOf(stage));
    }
    return suspension -> FutureAwait.<T>pass(future, suspension);
  }

  private static boolean isMinimal(CompletionStage<?> stage) {
    Class<?> type = stage.getClass();
    return type != CompletableFuture.class && MINIMAL.get(type);
  }

  /** What is cancelled before it waits cancels the stage that it owns, too: that already runs. */
  private static @Nullable CancelFrame enter(CompletionStage<?> stage, boolean owned) {
    Cancellation.checkThread();
    try {
      return Cancellation.enterPermitted();
    } catch (Throwable cancelled) { // in the block of a failed scope, its failure
      if (owned) {
        cancelUnawaited(stage);
      }
      throw cancelled;
    }
  }

  private static void cancelUnawaited(CompletionStage<?> stage) {
    try {
      FutureAwait.cancelOwned(futureOf(stage));
    } catch (Throwable t) { // a stage may refuse to be a future
      Undeliverable.report(t);
    }
  }

  private static Future<?> futureOf(CompletionStage<?> stage) {
    return stage instanceof Future<?> future ? future : stage.toCompletableFuture();
  }

  @Override
  @SuppressWarnings("NullAway") // a stage gives null with a failure, which is looked at first
  public void accept(@Nullable T value, @Nullable Throwable failure) {
    boolean taken = failure == null ? tryResume(value) : tryFail(failure);
    if (!taken && owns && failure == null) {
      discard(value); // of a stage that is not ours, somebody else may have it
    } else if (!taken && owns) {
      reportLost(Failures.unwrap(failure));
    }
  }

  /** Behind the layers that the stage has put around it. */
  @Override
  protected Throwable inside(Throwable failure) {
    return Failures.unwrap(failure);
  }

  @Override
  protected void cancelUpstream() {
    CompletionStage<?> mine = stage;
    stage = null;
    if (mine == null) {
      return;
    }
    try {
      stopSource(() -> stop(mine)); // a value that wins comes to accept
    } catch (Throwable t) { // a stage may refuse to be a future
      reportLost(t);
    }
  }

  private void stop(CompletionStage<?> mine) {
    Future<?> future = futureOf(mine);
    if (!owns) {
      ((CompletableFuture<?>) future).complete(null);
    } else if (!future.isDone()) { // else its dependents may be on their way, elsewhere
      future.cancel(true);
    }
  }
}
