package io.bridge.internal.await;

import static java.util.Objects.requireNonNull;

import io.bridge.Awaitable;
import io.bridge.CoroutineContext;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.failure.Headroom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One await of many sources: each is a conversion into a part of this object, and the waiting
 * thread parks once for all. When the await ends, that thread cancels the sources still running.
 *
 * @param <T> the type of the values
 * @param <R> the type of the result
 */
abstract class GroupAwait<T extends @Nullable Object, R extends @Nullable Object>
    extends ParkedAwait<R> {

  /** One source. */
  private final class Part extends ConversionSink<T> {
    private final int index;

    Part(int index) {
      this.index = index;
    }

    @Override
    protected boolean succeeded(T value) {
      try {
        return partSucceeded(index, value);
      } catch (Throwable tooDeep) { // too deep in the stack, or no memory for the result
        Headroom.throwIfTooDeep(tooDeep);
        return partFailed(tooDeep);
      }
    }

    @Override
    protected boolean failed(Throwable failure) {
      return endsByCancellation(failure) || partFailed(failure);
    }

    @Override
    protected boolean endsByCancellation(Throwable failure) {
      boolean own = isOwnCancellation(failure);
      if (own) { // a source that ran in place has cleared the interrupt flag
        tryCancel();
      }
      return own;
    }

    @Override
    protected void stop(Runnable action) {
      stopSource(action);
    }

    @Override
    public CoroutineContext context() {
      return contextOfOwner();
    }

    @Override
    public boolean isAwait() {
      return true;
    }

    /** Also after the end of another source: the owner may be inside this source's request (A6). */
    @Override
    public boolean cancelIfRequested() {
      return GroupAwait.this.cancelIfRequested();
    }
  }

  // by the owner; both are empty when it leaves, since a source may keep a part for ever (A13)
  private @Nullable CancelFrame frame;
  private final List<Part> parts = new ArrayList<>();

  GroupAwait(@Nullable CancelFrame frame) {
    super(frame, null);
    this.frame = frame;
  }

  /** The sources, each of them checked before any is subscribed. */
  static <T extends @Nullable Object> List<Awaitable<? extends T>> checked(
      Collection<? extends Awaitable<? extends T>> awaitables) {
    List<Awaitable<? extends T>> checked = new ArrayList<>(awaitables);
    for (int i = 0; i < checked.size(); i++) {
      requireNonNull(checked.get(i), "awaitables[" + i + "]");
    }
    return checked;
  }

  /** A value has come; false if it is not wanted any more. Any thread. */
  abstract boolean partSucceeded(int index, T value);

  /** A failure has come; false if it is not wanted any more. Any thread. */
  abstract boolean partFailed(Throwable failure);

  /**
   * Drops all received values (A13). Owner only, after all parts were cancelled.
   *
   * @param failed whether they go into no outcome, and are discarded (A12)
   */
  abstract void forgetReceived(boolean failed);

  /** Subscribes to all, in their order, and waits. */
  final R await(List<? extends Awaitable<? extends T>> sources) {
    boolean returned = false;
    try {
      for (int i = 0; i < sources.size() && !hasEnded(); i++) {
        Part part = new Part(i);
        parts.add(part);
        part.subscribeTo(sources.get(i));
        cancelIfRequested(); // if so, later sources are not even subscribed to (A3)
      }
      R result = join();
      returned = true;
      return result;
    } finally {
      CancelFrame enclosing = frame;
      frame = null;
      boolean failed = !returned;
      Cancellation.outsideWindow(enclosing, () -> release(failed));
    }
  }

  private void release(boolean failed) {
    @Nullable Error tooDeep = null;
    for (Part part : parts) {
      try {
        part.cancel();
      } catch (Error e) { // the others are cancelled all the same
        tooDeep = e;
      }
    }
    parts.clear();
    forgetReceived(failed);
    if (tooDeep != null) {
      throw tooDeep;
    }
  }

  /** The owner cancels the parts when it leaves. */
  @Override
  protected final void cancelUpstream() {}
}
