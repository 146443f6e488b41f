package io.bridge.internal.cursor;

import static java.util.Objects.requireNonNull;

import io.bridge.CoroutineContext;
import io.bridge.internal.base.Fields;
import io.bridge.internal.base.Guard;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.cancel.OwnedResources;
import io.bridge.internal.cancel.ParkLoop;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The loop's side of a {@link io.bridge.Cursor}: takes items out of the buffer, or out of the queue
 * of an operator that shares it, renews the demand, and waits while there is no item. A source of
 * the items translates the signals of its library. See docs/design/cursor.md.
 *
 * <pre>
 * end        whether items flow, see {@link IterationEnd}
 *
 * closed     set by a close from outside (close, the coroutine's end, the cleaner) or inside (a
 *            cancelled wait); afterwards no new item is returned, final
 * vacated    closed, and no thread is in the loop's poll or can enter it: the remaining and all
 *            later items are discarded, final
 * </pre>
 *
 * <p>One thread at a time polls: the loop's, until it is vacated. The closing thread vacates, if it
 * is the loop's thread or if there was no loop yet; else the loop's next call does, or the cleaner.
 * Proof: CursorParkRaceTest, CursorRaceTest, IterationRaceTest, CursorLeakTest.
 *
 * @param <T> the type of the items
 */
@CallsSource
public final class Iteration<T>
    implements ItemReceiver<T>, ParkLoop.Condition, OwnedResources.Resource {

  /** The source of the items. */
  public interface Source {

    /** Requests more items; not called after the end. */
    void request(long items);

    /** Cancels upstream, unless it has ended. */
    void stop();

    /** The end of an upstream without signals: its queue was polled empty. */
    void completed();

    /** Discards an item that is not delivered (A12). */
    void discard(@Nullable Object item);

    /** Reports a failure that is not delivered (A12). */
    void reportLost(Throwable failure);

    /** Removes a layer that the library's queue puts around its operators' failures. */
    default Throwable unwrap(Throwable failure) {
      return failure;
    }
  }

  /**
   * Exists for P4: for this many items the known frame is used without a look-up, unless the flag
   * is up.
   */
  private static final int FRAME_LOOKS = 63;

  private static final VarHandle WAITING =
      Fields.handle(MethodHandles.lookup(), "waiting", Thread.class);
  private static final VarHandle NEXT = Fields.handle(MethodHandles.lookup(), "next", Object.class);
  private static final VarHandle DRAINING =
      Fields.handle(MethodHandles.lookup(), "draining", int.class);

  private final CursorBuffer<T> buffer;
  private final int prefetch;

  /** After this many items as many are requested again; 0: none, or one by one. */
  private final int renewal;

  /** Whether an item is requested only when the loop asks for it. */
  private final boolean lazy;

  /**
   * Called when the source has ended, by any thread; null for a loop that shares upstream's queue.
   */
  private final @Nullable Runnable onEnd;

  private final CoroutineContext context;
  private final UpstreamCall upstream = new UpstreamCall();
  private final IterationEnd end = new IterationEnd();
  final CursorWatch watch = new CursorWatch();

  // null after forget; read by any thread, which accepts either value
  private @Nullable OwnedResources home;

  // set before the cursor is handed out
  private @Nullable Source source;

  // the loop's thread; after closed, the thread that swaps it out
  private @Nullable T next;

  // the loop's thread; cleared by a closing thread
  private @Nullable CancelFrame frame;

  // the loop's thread
  private int frameLooks;
  private int taken;
  private boolean asked;
  private boolean queueThrew;
  private boolean failureThrown;
  private @Nullable Throwable cancellation;

  // written inside onSubscribe, before any item
  private volatile @Nullable FusedQueue<T> fused;
  private volatile boolean polled;

  // written inside onSubscribe too: whether the queue only holds items, and computes none
  private boolean pollable;

  // any thread
  private volatile boolean closed;
  private volatile boolean vacated;
  private volatile @Nullable Thread waiting;

  // written by the loop's thread before it reads closed; null before, and when it has left
  private volatile @Nullable Thread loop;

  @SuppressWarnings("UnusedVariable") // read by its handle
  private volatile int draining; // a field, since its end must need no call

  private Iteration(
      int prefetch,
      int renewal,
      boolean lazy,
      @Nullable Runnable onEnd,
      @Nullable CancelFrame frame) {
    this.onEnd = onEnd;
    this.buffer = CursorBuffer.of(prefetch);
    this.prefetch = prefetch;
    this.renewal = prefetch == Integer.MAX_VALUE ? 0 : renewal;
    this.lazy = lazy;
    this.context = CancelFrame.contextOf(frame);
    this.home = CancelFrame.ownedAround(frame);
  }

  /**
   * Creates an iteration for the calling code, which may wait and is not cancelled (A2, A3).
   *
   * @param prefetch items that are requested ahead; 1 is none, {@code Integer.MAX_VALUE} all
   * @param <T> the type of the items
   * @return an iteration without a source yet
   */
  public static <T> Iteration<T> open(int prefetch) {
    return open("prefetch", prefetch);
  }

  /**
   * Like {@link #open(int)}, for a number that the user knows by another name.
   *
   * @param name of the argument
   * @param prefetch items that are requested ahead, or the capacity
   * @param <T> the type of the items
   * @return an iteration without a source yet
   */
  public static <T> Iteration<T> open(String name, int prefetch) {
    checkAtLeastOne(name, prefetch);
    boolean lazy = prefetch == 1;
    int renewal = lazy ? 0 : prefetch - (prefetch >> 2);
    return new Iteration<>(prefetch, renewal, lazy, null, Cancellation.enterAwait());
  }

  /**
   * Creates an iteration without prefetch, for a loop that also waits elsewhere: it shares no queue
   * of upstream, whose end is seen only by a poll.
   *
   * @param onEnd called when the source has ended; throws nothing
   * @param <T> the type of the items
   * @return an iteration without a source yet
   */
  public static <T> Iteration<T> openAlone(Runnable onEnd) {
    return new Iteration<>(1, 0, true, onEnd, Cancellation.enterAwait());
  }

  /**
   * Creates an iteration that requests {@code limit} items at first, even if that is 1, and one
   * more for each that the loop takes: for a source that processes that many at the same time.
   */
  public static <T> Iteration<T> openEager(int limit) {
    checkAtLeastOne("limit", limit);
    return new Iteration<>(limit, 1, false, null, Cancellation.enterAwait());
  }

  private static void checkAtLeastOne(String name, int argument) {
    if (argument < 1) {
      throw new IllegalArgumentException(name + ": " + argument);
    }
  }

  /**
   * Takes the source, and begins.
   *
   * @param newSource of the items
   * @param subscribe subscribes to upstream; throws nothing
   */
  public void begin(Source newSource, Runnable subscribe) {
    source = newSource;
    OwnedResources enclosing = home;
    if (enclosing != null) {
      enclosing.remember(this);
    }
    upstream.run(subscribe);
  }

  @Override
  public long firstDemand() {
    return lazy ? 0 : prefetch == Integer.MAX_VALUE ? Long.MAX_VALUE : prefetch;
  }

  // the source's side

  /**
   * Takes the items from an operator's queue from now on.
   *
   * @param queue shared with the operator
   * @param pulled whether there are no signals at all: an empty queue is the end
   */
  public void fuse(FusedQueue<T> queue, boolean pulled) {
    polled = pulled;
    pollable = !pulled && queue.isEmpty(); // a computing queue is not empty here
    fused = queue;
    wake();
  }

  /** Whether the items come from an operator's queue; a signalled item is then in it. */
  public boolean isFused() {
    return fused != null;
  }

  /** Whether requests have no effect: the loop computes its items itself. */
  boolean isPulled() {
    return polled;
  }

  /** The shared queue has an item. */
  public void signalled() {
    wake();
    if (vacated) {
      drain();
    }
  }

  @Override
  public boolean offer(T item) {
    if (!buffer.offer(item)) {
      return false;
    }
    if (loop != Thread.currentThread()
        || !upstream.isHere()) { // else the loop is here, and no thread can vacate it
      VarHandle.fullFence(); // before the reads of waiting and vacated
      wake();
      if (vacated) {
        drain(); // no loop looks at the buffer any more
      }
    }
    return true;
  }

  /** Lets a waiting loop look again. */
  private void wake() {
    if (waiting != null) {
      Thread waiter = (Thread) WAITING.getAndSet(this, (Thread) null);
      try {
        LockSupport.unpark(waiter);
      } catch (Throwable tooDeep) { // the next wake does it again (A11)
        waiting = waiter;
        throw tooDeep;
      }
    }
  }

  @Override
  public boolean receive(@Nullable Void nothing) {
    return endWith(IterationEnd.COMPLETED);
  }

  @Override
  public boolean receiveFailure(Throwable failure) {
    return isCancelledBy(failure) || fail(failure);
  }

  /** Whether a source that ran in place failed by the loop's cancellation; then ends the loop. */
  public boolean isCancelledBy(Throwable failure) {
    boolean ours = upstream.endedBy(failure);
    if (ours) {
      cancelled();
    }
    return ours;
  }

  /** Ends by a failure that did not come from the loop's thread; false if it is lost. */
  public boolean fail(Throwable failure) {
    return endWith(IterationEnd.Failure.of(failure));
  }

  /** False for a failure that is not delivered, and lost. */
  private boolean endWith(Object how) {
    boolean first = end.trySet(how);
    wake(); // an Error may have cut the first one short before this
    if (onEnd != null) {
      onEnd.run();
    }
    if (!first) {
      return false;
    }
    return !closed || (how instanceof IterationEnd.Failure failure && !failure.take());
  }

  @Override
  public boolean cancelIfRequested() {
    if (!closed && upstream.isCancelledHere()) {
      cancelled();
    }
    return closed;
  }

  /** Inside upstream's code on the loop's thread, like {@link Cancellation#outsideWindow}. */
  @Override
  public void stopping(Runnable cancel) {
    upstream.stop(cancel);
  }

  /** Keeps the exception of a cancel inside the source, since the request may be gone later. */
  private void cancelled() {
    try {
      cancellation = Cancellation.exception(CurrentFrame.get());
    } catch (Error ofScope) {
      cancellation = ofScope;
    }
    closed = true;
  }

  @Override
  public CoroutineContext context() {
    return context;
  }

  /** True: the code that opens it waits for its items. */
  @Override
  public boolean isAwait() {
    return true;
  }

  // the loop's side

  boolean hasNext() {
    Thread me = Thread.currentThread();
    enter(me);
    if (closed) {
      return leave();
    }
    if (next != null) {
      return true;
    }
    try {
      checkCancelled(me);
      T item = take();
      if (item != null) {
        next = item;
        return true;
      }
    } catch (RuntimeException | Error e) { // a cancellation, or the failure of the scope
      cancellation = e;
      close();
      throw e;
    }
    return closed ? leave() : finish();
  }

  /** Returns the item that hasNext promised, even if the cursor was closed in the meantime. */
  T next() {
    enter(Thread.currentThread());
    T item = closed ? takeNext() : next;
    if (item == null) {
      if (!hasNext()) {
        throw new NoSuchElementException("no more items");
      }
      item = requireNonNull(next);
    }
    next = null;
    return item;
  }

  /**
   * Makes the calling thread the loop's. A thread that closed before may not have seen it, but this
   * thread then sees {@code closed}.
   */
  private void enter(Thread me) {
    if (loop != me) {
      if (!closed && !me.isVirtual()) {
        Guard.check(me); // may be another thread than the one that opened it (A2)
      }
      loop = me; // before the read of closed
    }
  }

  /**
   * Throws if the loop is cancelled. It looks its frame up only now and then: a cancel also raises
   * the flag, and code that keeps a loop for long has the frame of the loop's beginning.
   */
  private void checkCancelled(Thread me) {
    CancelFrame known = frame;
    if (--frameLooks < 0 || me.isInterrupted() || (known != null && known.isCancelled())) {
      CancelFrame now = CurrentFrame.get();
      frame = now;
      frameLooks = FRAME_LOOKS;
      Cancellation.throwIfCancelled(now, me);
    }
  }

  private @Nullable T take() {
    while (!queueThrew) {
      boolean over = end.isThere(); // read before the poll: after the end, all items are there
      FusedQueue<T> queue = fused;
      if (queue != null && polled) {
        return pull(queue);
      }
      T item = queue == null ? buffer.poll() : poll(queue);
      if (item != null) {
        renew();
        return item;
      }
      if (over || closed) {
        return null;
      }
      if (lazy && !asked) {
        asked = true;
        request(1);
      } else {
        await(CurrentFrame.get());
      }
    }
    return null;
  }

  /** Lets an operator compute the next item in place; null at the end. */
  private @Nullable T pull(FusedQueue<T> queue) {
    if (end.isThere()) {
      return null;
    }
    T item = poll(queue);
    if (item == null && !queueThrew) {
      requireNonNull(source).completed();
    }
    return item;
  }

  private @Nullable T poll(FusedQueue<T> queue) {
    try {
      return queue.poll();
    } catch (Throwable thrown) { // by an operator's own code
      Source from = requireNonNull(source);
      Throwable failure = from.unwrap(thrown);
      CancelFrame frame = CurrentFrame.get();
      if (Cancellation.isCancellation(failure, frame)) {
        throw Cancellation.exception(frame);
      }
      queueThrew = true;
      Throwable behind = end.replaceBy(failure);
      if (behind != null) {
        from.reportLost(behind);
      }
      Cancellation.outsideWindow(frame, from::stop);
      return null;
    }
  }

  private void renew() {
    asked = false;
    if (renewal > 0 && ++taken == renewal) {
      taken = 0;
      if (!end.isThere()) {
        request(renewal);
      }
    }
  }

  private void request(long items) {
    Source from = requireNonNull(source);
    upstream.run(() -> from.request(items));
  }

  private void await(@Nullable CancelFrame frame) {
    waiting = Thread.currentThread();
    if (isEmpty() && !end.isThere() && !closed) {
      ParkLoop.await(this, frame);
    }
    waiting = null;
    Cancellation.throwIfCancelled(frame, Thread.currentThread());
  }

  private boolean isEmpty() {
    FusedQueue<T> queue = fused;
    return queue == null ? buffer.isEmpty() : !polled && queue.isEmpty();
  }

  @Override
  public boolean mustWait() {
    return waiting == Thread.currentThread();
  }

  @Override
  public void abandon() {
    waiting = null;
  }

  private boolean finish() {
    forget();
    IterationEnd.Failure failure = end.failure();
    if (failure != null) {
      if (!failureThrown && !failure.take()) {
        return leave(); // closed in the meantime; that has reported the failure
      }
      failureThrown = true;
      allTaken();
      throw Failures.thrown(failure.cause());
    }
    allTaken();
    return false;
  }

  private void allTaken() {
    forgetLoop();
    if (!queueThrew) { // else the queue may hold more items
      watch.end();
    }
  }

  /** After a close, by this thread or by another one, which left the items to this one. */
  private boolean leave() {
    forget();
    Cancellation.outsideWindow(CurrentFrame.get(), this::vacate);
    Throwable cause = cancellation;
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause != null) {
      throw (RuntimeException) cause;
    }
    return false;
  }

  /** A source that keeps its subscriber must not keep the thread. */
  private void forgetLoop() {
    loop = null;
    frame = null;
    frameLooks = 0;
  }

  private void forget() {
    OwnedResources enclosing = home;
    home = null;
    if (enclosing != null) {
      enclosing.forget(this);
    }
  }

  /** Whether it may share the queue of upstream's last operator. */
  boolean mayShare() {
    return onEnd == null;
  }

  /** Whether there is nothing left to cancel. Any thread. */
  public boolean isOver() {
    return closed || end.isThere();
  }

  /** Cancels the source, and discards the remaining items, unless the loop must do that. */
  @Override
  public void close() {
    closed = true; // before the read of loop
    forget();
    frame = null; // the loop reads closed first; an abandoned loop must not keep the code around it
    Cancellation.outsideWindow(CurrentFrame.get(), this::stop);
  }

  private void stop() {
    requireNonNull(source).stop();
    if (isLoopHere()) {
      vacate();
    }
    wake();
  }

  /** Watches the user's shell until there is nothing left to do. */
  void watch(Object shell) {
    watch.begin(shell, this);
  }

  /** Whether no other thread can be polling. */
  private boolean isLoopHere() {
    Thread reader = loop;
    return reader == null || reader == Thread.currentThread();
  }

  /** The loop is gone for good: discards its remaining items. */
  void abandoned() {
    close();
    Cancellation.outsideWindow(CurrentFrame.get(), this::vacate);
  }

  /** No loop takes items any more: discards the remaining ones; sources discard later ones. */
  private void vacate() {
    vacated = true; // before the remaining items are read
    forgetLoop();
    T held = takeNext();
    if (held != null) {
      requireNonNull(source).discard(held);
    }
    drain();
    watch.end();
  }

  @SuppressWarnings("unchecked") // next is a T
  private @Nullable T takeNext() {
    return (T) NEXT.getAndSet(this, (Object) null);
  }

  /** Discards all items, each once, even with concurrent callers. */
  private void drain() {
    if ((int) DRAINING.getAndAdd(this, 1) != 0) {
      return;
    }
    int missed = 1;
    do {
      try {
        discardAll(requireNonNull(source));
        missed = (int) DRAINING.getAndAdd(this, -missed) - missed;
      } catch (Throwable tooDeep) { // the next signal drains (A11)
        draining = 0;
        throw tooDeep;
      }
    } while (missed != 0);
  }

  private void discardAll(Source from) {
    FusedQueue<T> queue = fused;
    if (queue != null) {
      try {
        if (pollable) {
          for (T item = queue.poll(); item != null; item = queue.poll()) {
            from.discard(item);
          }
        }
        queue.clear();
      } catch (Throwable ofOperator) { // close throws nothing
        from.reportLost(ofOperator);
      }
    }
    for (T item = buffer.poll(); item != null; item = buffer.poll()) {
      from.discard(item);
    }
    Throwable failure = end.takeFailure();
    if (failure != null) {
      from.reportLost(failure);
    }
  }
}
