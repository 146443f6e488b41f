package io.bridge.internal.await;

import static io.bridge.internal.await.CancelActions.CANCELLED;
import static io.bridge.internal.await.CancelActions.ENDED;
import static io.bridge.internal.await.CancelActions.isEnd;

import io.bridge.Awaitable;
import io.bridge.CoroutineContext;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.OwnCancel;
import io.bridge.internal.context.ContextFrame;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Headroom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The sink of a conversion: a {@link Suspension} without a parked thread. A subclass passes the
 * outcome on. The cancelling thread stops the source (A6). The state is the cell of {@link
 * CancelActions}. Proof: AwaitAllTest, AwaitAllRaceTest, ConversionRaceTest.
 *
 * @param <T> the type of the value
 */
public abstract non-sealed class ConversionSink<T extends @Nullable Object>
    implements Suspension<T>, Receiver<T> {

  private static final VarHandle CELL =
      Fields.handle(MethodHandles.lookup(), "cell", CancelActions.class);

  // any thread
  private volatile @Nullable CancelActions cell;

  // written by the subscribing thread during subscribe; other threads that see it ignore it
  private @Nullable ContextFrame inside;

  /** Creates a pending sink. */
  protected ConversionSink() {}

  /** Passes a value on, once, on any thread; false if it is not wanted any more. */
  protected abstract boolean succeeded(T value);

  /** Passes a failure on, once, on any thread; false if it is not wanted any more. */
  protected abstract boolean failed(Throwable failure);

  /** Only tells whether this has ended: the code that cancels this sink stops the source itself. */
  @Override
  public boolean cancelIfRequested() {
    return hasEnded();
  }

  /**
   * The context that a source of ours finds: that of the subscribing code, unless the target's
   * library has its own.
   */
  @Override
  public CoroutineContext context() {
    return CoroutineContext.current();
  }

  /** The subscribing thread does not wait, so its state fills only gaps in the context. */
  @Override
  public boolean isAwait() {
    return false;
  }

  /** Sends a lost failure to the channel of the library that lost it (A12). */
  protected void undeliverable(Throwable failure) {
    Undeliverable.report(failure);
  }

  /** Sends a lost value to {@link Undeliverable} and the library's own discard hook (A12). */
  protected void discard(@Nullable Object value) {
    Undeliverable.discard(value);
  }

  /**
   * Starts the work of {@code source}, unless it is not wanted any more (A3). If {@code subscribe}
   * throws, the registered actions run (A5).
   */
  public final void subscribeTo(Awaitable<? extends T> source) {
    if (hasEnded()) {
      return;
    }
    try {
      subscribeInContext(source);
    } catch (Throwable t) {
      sourceThrew(Failures.bare(t));
    }
  }

  /** A source that asks the suspension for its context itself. */
  public interface InOwnContext<T extends @Nullable Object> extends Awaitable<T> {}

  /** The source finds the context of the subscriber as its own (B9). */
  private void subscribeInContext(Awaitable<? extends T> source) throws Exception {
    if (source instanceof InOwnContext) { // asks for its context itself
      source.subscribe(this);
      return;
    }
    CoroutineContext context = context();
    if (context == CoroutineContext.current()) {
      source.subscribe(this);
      return;
    }
    ContextFrame frame = ContextFrame.ofSubscriber(context);
    inside = frame;
    try {
      frame.<@Nullable Void, Exception>call(() -> {
        source.subscribe(this);
        return null;
      });
    } finally {
      inside = null;
    }
  }

  private void sourceThrew(Throwable failure) {
    CancelActions registered = settle(CANCELLED); // stops later registrations too
    if (isEnd(registered)) {
      if (!endsByCancellation(failure)) {
        reportLost(failure);
      }
      return;
    }
    try {
      if (registered != null) {
        run(registered);
      }
    } finally {
      if (!passOnFailure(failure)) {
        report(failure);
      }
    }
  }

  /**
   * Whether the failure only reports the cancellation of the waiting code back; then it is done.
   */
  protected boolean endsByCancellation(Throwable failure) {
    return false;
  }

  /** Runs an action that stops the source. */
  protected void stop(Runnable action) {
    action.run();
  }

  /** Cancels the source, on the calling thread; nothing after an outcome. */
  public void cancel() {
    CancelActions registered = settle(CANCELLED);
    if (registered == null) {
      return;
    }
    try {
      run(registered);
    } catch (Throwable tooDeep) { // a later cancel runs them again (A11)
      cell = registered;
      throw tooDeep;
    }
  }

  private @Nullable CancelActions settle(CancelActions end) {
    return CancelActions.settle(CELL, this, end);
  }

  /** Whether there is an outcome, or none is wanted any more. */
  protected final boolean hasEnded() {
    return isEnd(cell);
  }

  private void run(CancelActions registered) {
    if (!isEnd(registered)) {
      registered.inOrder().forEach(this::runReporting);
    }
  }

  private void runReporting(Runnable action) {
    try {
      OwnCancel.run(this, () -> stop(action));
    } catch (Throwable t) {
      Headroom.throwIfTooDeep(t);
      report(t);
    }
  }

  @Override
  public final boolean receive(T value) {
    CancelActions before = settle(ENDED);
    if (isEnd(before)) {
      return false;
    }
    try {
      return passOn(value);
    } catch (StackOverflowError tooDeep) { // the outcome counts as not signalled (A11)
      cell = before;
      throw tooDeep;
    }
  }

  private boolean passOn(T value) {
    ContextFrame frame = inside;
    try {
      return frame == null ? succeeded(value) : frame.outside(() -> succeeded(value));
    } catch (Throwable ofReceiver) { // nothing is thrown into the source (A11)
      Headroom.throwIfTooDeep(ofReceiver);
      report(ofReceiver);
      return true;
    }
  }

  @Override
  public final boolean receiveFailure(Throwable failure) {
    CancelActions before = settle(ENDED);
    try {
      return !isEnd(before) && passOnFailure(failure);
    } catch (StackOverflowError tooDeep) { // as above
      cell = before;
      throw tooDeep;
    }
  }

  private boolean passOnFailure(Throwable failure) {
    ContextFrame frame = inside;
    try {
      Throwable bare = Failures.bare(failure);
      return frame == null ? failed(bare) : frame.outside(() -> failed(bare));
    } catch (Throwable ofReceiver) { // as above
      Headroom.throwIfTooDeep(ofReceiver);
      report(ofReceiver);
      return true;
    }
  }

  @Override
  public final void resume(T value) {
    if (!receive(value)) {
      discard(value);
    }
  }

  @Override
  public final void fail(Throwable failure) {
    Throwable cause = CancelActions.failure(failure);
    if (!receiveFailure(cause)) {
      reportLost(cause);
    }
  }

  /** Reports a failure that has no receiver, unless it is the echo of our own cancel. */
  private void reportLost(Throwable failure) {
    if (!OwnCancel.isEcho(failure, this, cell == CANCELLED)) {
      report(failure);
    }
  }

  /** Sends a lost failure to its channel; ignores failures of the channel. */
  public final void report(Throwable lost) {
    Throwable failure = Failures.bare(lost);
    try {
      undeliverable(failure);
    } catch (Throwable ofHook) { // nothing is thrown into the source (A11)
      Undeliverable.report(failure);
      Undeliverable.report(ofHook);
    }
  }

  @Override
  public final void onCancel(Runnable action) {
    if (CancelActions.add(CELL, this, action) == CANCELLED) {
      runReporting(action);
    }
  }
}
