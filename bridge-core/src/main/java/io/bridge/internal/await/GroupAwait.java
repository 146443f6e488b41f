package io.bridge.internal.await;

import static java.util.Objects.requireNonNull;

import io.bridge.Awaitable;
import io.bridge.CoroutineContext;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.Headroom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One await of many sources: each is a conversion into a part of this object, and the one thread
 * that waits parks once for all. What still runs when the await ends is cancelled by that thread.
 *
 * @param <T> the type of the values
 * @param <R> what the await returns
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
      } catch (Throwable tooDeep) { // or there is no memory for the result
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
      if (own) { // a source that ran in place took the flag down with it
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

    /** After another source's end too: the owner may be inside this one's request (A6). */
    @Override
    public boolean cancelIfRequested() {
      return GroupAwait.this.cancelIfRequested();
    }
  }

  // by the owner; a source may keep a part for ever, so both are empty when the owner leaves (A13)
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

  /** A value has come; false if nobody wants it any more. Any thread. */
  abstract boolean partSucceeded(int index, T value);

  /** A failure has come; false if nobody wants it any more. Any thread. */
  abstract boolean partFailed(Throwable failure);

  /**
   * Keeps nothing of what has come (A13). Owner, after all were cancelled.
   *
   * @param failed whether it goes into no outcome, and is given up (A12)
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
        cancelIfRequested(); // then the sources after it are not even subscribed (A3)
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
    parts.forEach(ConversionSink::cancel);
    parts.clear();
    forgetReceived(failed);
  }

  /** The owner cancels the parts when it leaves. */
  @Override
  protected final void cancelUpstream() {}
}
