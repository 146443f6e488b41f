package io.bridge.internal;

import static java.util.Objects.requireNonNull;

import io.bridge.Awaitable;
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
      return partSucceeded(index, value);
    }

    @Override
    protected boolean failed(Throwable failure) {
      if (isOwnCancellation(failure)) { // a source that ran in place took the flag down with it
        tryCancel();
        return true;
      }
      return partFailed(failure);
    }

    @Override
    public boolean cancelIfRequested() {
      return GroupAwait.this.cancelIfRequested();
    }
  }

  // by the owner; null at the end, because a source may keep its part (A13)
  private @Nullable CancelFrame frame;

  // by the owner
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

  /** Gives up what has come and goes into no outcome (A12). Owner, after all were cancelled. */
  void giveUpReceived() {}

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
      boolean failed = !returned;
      CancelFrame enclosing = frame;
      frame = null;
      CancelFrame.outsideWindow(enclosing, () -> release(failed));
    }
  }

  private void release(boolean failed) {
    parts.forEach(ConversionSink::cancel);
    if (failed) {
      giveUpReceived();
    }
  }

  /** The owner cancels the parts when it leaves. */
  @Override
  protected final void cancelUpstream() {}
}
