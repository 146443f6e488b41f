package io.bridge.internal.coroutine;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.Undeliverable;
import io.bridge.internal.cancel.BlockFrame;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.InterruptWindow;
import io.bridge.internal.cancel.OwnedResources;
import io.bridge.internal.cancel.ScopeFrame;
import io.bridge.internal.context.ContextSnapshot;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Headroom;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A body that the awaiting coroutine calls itself (N1): a frame in the window of the code around
 * it, which only the holder of its handle can cancel alone. Most bodies have no handle. See
 * docs/design/inplace.md.
 *
 * <p>The phases are those of {@link BlockFrame}; without a handle no thread can leave RUNNING but
 * the owner, and it leaves by no write. Proof: InPlaceTest, InPlaceStress.
 *
 * @param <T> the type of the value
 */
@CallsSource
public class InPlaceFrame<T extends @Nullable Object> extends BlockFrame {

  /** The channels of the library whose source it is, for what the await does not take (A12). */
  public interface Lost {

    /** A value that came after the cancel of the awaiting code. */
    void discard(@Nullable Object value, CoroutineContext context);

    /** A failure that came after the cancel of the awaiting code. */
    void undeliverable(Throwable failure, CoroutineContext context);
  }

  /** So many bodies in one another share a thread, whose stack still has room to park (N4). */
  private static final int MAX_DEPTH = 32;

  /** The failure of a body whose end had neither stack nor memory. */
  private static final CutShort CUT_SHORT =
      new CutShort(new Error("no stack or memory at the end of the body"));

  private record CutShort(Error failure) {}

  private final String name;
  private final int depth;
  private final CancelFrame root;

  // by the owner, or by a thread that it waits for
  private @Nullable InPlaceCoroutine<T> handle;
  private @Nullable OwnedResources owned;

  // by the owner: an InterruptedException may be of our own interrupt of a block inside
  private boolean cutOffInside;

  private InPlaceFrame(String name, CancelFrame outer, CoroutineContext context) {
    super(outer, context);
    this.name = name;
    this.depth = depthIn(outer);
    this.root = outer instanceof InPlaceFrame<?> body ? body.root : outer.root();
  }

  /** With a window of its own. */
  InPlaceFrame(String name, CancelFrame outer, InterruptWindow window, CoroutineContext context) {
    super(outer, window, context);
    this.name = name;
    this.depth = depthIn(outer);
    this.root = outer instanceof InPlaceFrame<?> body ? body.root : outer.root();
  }

  /** How deep a body in place would be in the code of {@code frame}; 0 if it gets a thread. */
  static int depthIn(@Nullable CancelFrame frame) {
    for (CancelFrame around = frame; around != null; around = around.enclosing()) {
      if (around instanceof InPlaceFrame<?> body) {
        return body.depth < MAX_DEPTH ? body.depth + 1 : 0;
      }
      if (around instanceof RunningCoroutine<?>) {
        return Thread.currentThread().isVirtual() ? 1 : 0; // a thread factory may make others
      }
      if (around instanceof ExecutorFrame) {
        return 0;
      }
    }
    return 0;
  }

  /** The innermost body in place around {@code innermost}, on its thread; null if none. */
  static @Nullable InPlaceFrame<?> around(@Nullable CancelFrame innermost) {
    CancelFrame frame = innermost;
    while (frame != null
        && !(frame instanceof InPlaceFrame)
        && !(frame instanceof RunningCoroutine)) {
      frame = frame.enclosing();
    }
    return frame instanceof InPlaceFrame<?> body ? body : null;
  }

  /**
   * Runs {@code body} on the calling thread.
   *
   * @param name of the coroutine
   * @param body the code
   * @param outer the result of {@link Cancellation#enterAwait()}
   * @param context of the subscriber that a thread would have
   * @param lost takes what the await does not
   * @param <T> the type of the value
   * @return the value
   */
  static <T extends @Nullable Object> T call(
      String name,
      Body<? extends T, ?> body,
      CancelFrame outer,
      CoroutineContext context,
      Lost lost) {
    ContextSnapshot ambient = ContextSnapshot.inPlace(context);
    InPlaceFrame<T> frame =
        new InPlaceFrame<>(name, outer, ambient == null ? context : ambient.context());
    return frame.run(body, ambient, outer, lost);
  }

  @SuppressWarnings("NullAway") // null is a T here, or is not returned
  private T run(
      Body<? extends T, ?> body, @Nullable ContextSnapshot ambient, CancelFrame around, Lost lost) {
    T value = null;
    Throwable failure = null;
    boolean outside = false;
    boolean told = false;
    boolean cancelled;
    try {
      try {
        enterInside(around);
        try {
          value = ambient == null ? body.call() : ambient.<T, Exception>call(body);
        } catch (Throwable t) { // the end is the same, however it comes
          failure = Failures.bare(t);
        }
        cancelled = end(around);
        outside = true;
      } finally {
        if (!outside) { // the stack ended; these are plain writes (A11)
          phase = LEFT;
          left = true;
        }
      }
      boolean ended = cancelled || around.isCancelled();
      boolean echo = failure != null && ended && Failures.isCancelEcho(failure);
      if (echo) {
        failure = new CancellationException(cancelReason());
      }
      tell(around, value, failure, echo);
      told = true;
    } finally {
      if (!told) {
        cutShort();
      }
    }
    if (around.isCancelled()) {
      throw lost(around, value, failure, lost);
    }
    if (failure != null) {
      throw !cutOffInside && Cancellation.isCancellation(failure, around)
          ? Cancellation.exception(around)
          : Failures.thrownInPlace(failure);
    }
    return value;
  }

  /** Ends what belongs to the body when stack or memory has ended with it: needs neither. */
  final void cutShort() {
    InPlaceCoroutine<T> known = handle;
    if (known != null) {
      known.ended(null, CUT_SHORT.failure, false);
    }
    OwnedResources open = owned;
    if (open != null) {
      open.close();
    }
  }

  /** The awaiting code was cancelled: it gets neither a value nor a failure (A7). */
  private RuntimeException lost(
      CancelFrame around, @Nullable Object value, @Nullable Throwable failure, Lost lost) {
    Cancellation.outsideWindow(
        around,
        () -> {
          if (failure == null) {
            lost.discard(value, context());
          } else if (!Failures.isCancelEcho(failure)) {
            report(failure, lost);
          }
        });
    windowTo(around); // the flag is up, as after any await that a cancel ends
    return Cancellation.exception(around);
  }

  private void report(Throwable failure, Lost lost) {
    try {
      lost.undeliverable(failure, context());
    } catch (Throwable ofHook) { // the await throws the cancellation
      Undeliverable.report(failure);
      Undeliverable.report(ofHook);
    }
  }

  /** Leaves the frame; true if it was cancelled itself. */
  private boolean end(CancelFrame around) {
    closeScopes();
    leaveScopesInside();
    boolean cancelled = handle != null && leave(); // without a handle nobody can cancel it
    restorePrevious();
    if (cancelled) {
      windowTo(around);
    }
    return cancelled;
  }

  /** Closes the scopes that the body has left open: no coroutine outlives its scope (S3). */
  final void closeScopes() {
    ScopeFrame next;
    for (ScopeFrame open = root.innermostScope(); open != null; open = next) {
      next = open.enclosingScope(); // above it may be those of code that consumes a stream
      if (!open.isInside(this)) {
        continue;
      }
      if (!open.scope.isClosed()) {
        Undeliverable.report(
            new IllegalStateException("coroutine " + name + " has not closed " + open.scope));
      }
      try {
        open.scope.close();
      } catch (Throwable t) { // the end of the body is more important
        Undeliverable.report(t);
      }
      open.unlink();
    }
  }

  /** Closes its cursors, and tells those who have its handle. */
  private void tell(
      CancelFrame around, @Nullable Object value, @Nullable Throwable failure, boolean cancelled) {
    if (owned != null || handle != null) {
      Cancellation.outsideWindow(
          around,
          () -> {
            closeOwned();
            tellHandle(value, failure, cancelled);
          });
    }
  }

  final void closeOwned() {
    OwnedResources open = owned;
    if (open != null) {
      open.close();
    }
  }

  final void tellHandle(@Nullable Object value, @Nullable Throwable failure, boolean cancelled) {
    InPlaceCoroutine<T> known = handle;
    if (known != null) {
      known.ended(value, failure, cancelled);
    }
  }

  /** The handle, for code that asks for the current coroutine; its end is not as deep. */
  Coroutine<?> handle() {
    InPlaceCoroutine<T> made = handle;
    if (made == null) {
      Headroom.check();
      made = new InPlaceCoroutine<>(name, this);
      handle = made;
    }
    return made;
  }

  @Override
  public OwnedResources owned() {
    OwnedResources made = owned;
    if (made == null) {
      made = new OwnedResources();
      owned = made;
    }
    return made;
  }

  @Override
  protected boolean isBody() {
    return true;
  }

  @Override
  protected void cutOffInside() {
    cutOffInside = true;
  }

  /** Whether an InterruptedException of the body may come from an interrupt of ours inside it. */
  final boolean isCutOffInside() {
    return cutOffInside;
  }
}
