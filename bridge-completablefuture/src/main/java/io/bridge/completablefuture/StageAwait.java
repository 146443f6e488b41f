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
 * Awaits a stage with one callback. After a cancelled await, the stage keeps only that callback,
 * and a {@code CompletableFuture} that does not delegate keeps nothing. The awaiting thread must
 * never run callbacks that other code has registered with the stage (A13). So it does not wait in
 * {@code get}, and registers its callback with another future.
 *
 * @param <T> the type of the value
 */
final class StageAwait<T extends @Nullable Object> extends ParkedAwait<T>
    implements BiConsumer<T, @Nullable Throwable> {

  /**
   * Tells whether a class overrides {@code whenComplete} to delegate it. Such a future is never
   * complete itself, and {@code anyOf} looks only at that.
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

  /**
   * Tells whether a class is the JDK's minimal stage: a CompletableFuture with a {@code get} that
   * throws.
   */
  private static final ClassValue<Boolean> MINIMAL =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return type.getEnclosingClass() == CompletableFuture.class;
        }
      };

  /** Whether this await may cancel the stage (A14). */
  private final boolean owns;

  // accessed by any thread; null if there is nothing to cancel
  private volatile @Nullable CompletionStage<?> stage;

  // what accept threw, which the JDK catches; only the thread that registers it needs to see it
  // (A11)
  private @Nullable Throwable cutShort;

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
      Throwable cut = cutShort;
      if (cut != null && !hasEnded()) {
        sourceThrew(cut);
      }
    } catch (Throwable t) {
      sourceThrew(t);
    }
  }

  /**
   * Registers this await so that it can be removed again. A callback of {@code whenComplete} cannot
   * be removed from a future. And if the future completes meanwhile, the registering thread runs
   * callbacks of other code (A13). The JDK's {@code anyOf} has neither problem: it unregisters from
   * all its sources as soon as one of them is complete. So a second source completes on
   * cancellation.
   */
  @SuppressWarnings({"unchecked", "FutureReturnValueIgnored"}) // the second one has no value
  private void subscribeRevocably(CompletableFuture<? extends T> future) {
    CompletableFuture<T> cancelled = new CompletableFuture<>();
    if (!owns) {
      stage = cancelled;
    }
    ((CompletableFuture<T>) CompletableFuture.anyOf(future, cancelled)).whenComplete(this);
    if (!owns && hasEnded()) { // a cancel on another thread may have come before stage was set
      cancelUpstream();
    }
  }

  static <T extends @Nullable Object> T await(Future<? extends T> future, boolean owned) {
    if (future instanceof CompletionStage<?> stage) {
      return StageAwait.<T>await(StageAwait.<T>valueOf(stage), owned);
    }
    return FutureAwait.<T>await(future, owned);
  }

  @SuppressWarnings("unchecked") // one object: get() returns the value of the stage
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

  /**
   * Enters the await. If the code is already cancelled, it cancels the stage that it owns, since
   * that already runs.
   */
  private static @Nullable CancelFrame enter(CompletionStage<?> stage, boolean owned) {
    Cancellation.checkThread();
    try {
      return Cancellation.enterPermitted();
    } catch (Throwable cancelled) { // in a failed scope, the scope's failure
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
  @SuppressWarnings("NullAway") // the value is null only with a failure, which is checked first
  public void accept(@Nullable T value, @Nullable Throwable failure) {
    boolean taken;
    try {
      taken = failure == null ? tryResume(value) : tryFail(failure);
    } catch (Throwable tooDeep) {
      cutShort = tooDeep;
      throw tooDeep;
    }
    if (!taken && owns && failure == null) {
      discard(value); // only of an owned stage; others may use the value otherwise
    } else if (!taken && owns) {
      reportLost(Failures.unwrap(failure));
    }
  }

  /** Removes the wrappers that the stage has put around the failure. */
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
      stopSource(() -> stop(mine)); // a value that wins arrives in accept
    } catch (Throwable t) { // a stage may refuse to be a future
      reportLost(t);
    }
  }

  private void stop(CompletionStage<?> mine) {
    Future<?> future = futureOf(mine);
    if (!owns) {
      ((CompletableFuture<?>) future).complete(null);
    } else if (!future.isDone()) { // else its dependents may already run, on another thread
      future.cancel(true);
    }
  }
}
