package io.bridge.internal;

import static java.util.Objects.requireNonNull;

import io.bridge.CoroutineContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The loop's side of a {@link io.bridge.Cursor}: takes items out of the buffer, or out of the queue
 * of an operator that shares it, renews the demand, waits when there is nothing. A source of the
 * items translates the signals of its library. See docs/design/cursor.md.
 *
 * <pre>
 * end        meaning                                      left by
 * null       items flow                                   the source's end -> COMPLETED, Failure
 * COMPLETED  no item comes any more; those in the         -
 *            buffer are still returned
 * Failure    the same, then it is thrown                  -
 *
 * closed     whoever closes from outside (close, the coroutine's end, the cleaner) or inside (a
 *            cancelled wait) sets it; then no item is returned any more, final
 * </pre>
 *
 * <p>One thread at a time polls: the loop's. Items left are given up by the one that closes, if it
 * is that thread or if there was no loop yet; else by the loop's next call; an item that is offered
 * after it, by the thread that offers it. Proof: CursorTest, CursorRaceTest.
 *
 * @param <T> the type of the items
 */
public final class Iteration<T> implements Receiver<@Nullable Void>, ParkLoop.Condition {

  /** The source of the items. */
  public interface Source {

    /** Asks for more items; not after the end. */
    void request(long items);

    /** Cancels upstream, unless it has ended. */
    void stop();

    /** The end of upstream, which had no signal: its queue was polled empty. */
    void completed();

    /** Gives up an item that nobody gets (A12). */
    void giveUp(Object item);
  }

  private record Failure(Throwable cause) {}

  private static final Object COMPLETED = new Object();

  private static final VarHandle WAITING;

  static {
    try {
      WAITING = MethodHandles.lookup().findVarHandle(Iteration.class, "waiting", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ItemBuffer<T> buffer;
  private final int prefetch;

  /** Items after whose consumption as many are requested again; 0: none, or one by one. */
  private final int renewal;

  private final CoroutineContext context;
  private final @Nullable RunningCoroutine<?> coroutine;

  // set before the cursor is handed out
  private @Nullable Source source;

  // the loop's thread
  private @Nullable T next;
  private int taken;
  private boolean asked;
  private @Nullable CancellationException cancellation;

  // the thread that is inside subscribe or request of upstream; compared by any with itself
  private @Nullable Thread asking;

  // written inside onSubscribe, before any item
  private volatile @Nullable ItemQueue<T> fused;
  private volatile boolean polled;

  // any thread
  private volatile @Nullable Object end;
  private volatile boolean closed;
  private volatile @Nullable Thread waiting;
  private volatile @Nullable Thread loop;
  private final AtomicInteger draining = new AtomicInteger();

  private Iteration(int prefetch, @Nullable CancelFrame frame) {
    this.buffer = ItemBuffer.of(prefetch);
    this.prefetch = prefetch;
    this.renewal = prefetch == 1 || prefetch == Integer.MAX_VALUE ? 0 : prefetch - (prefetch >> 2);
    this.context = CancelFrame.contextOf(frame);
    this.coroutine = RunningCoroutine.running(frame);
  }

  /**
   * Creates an iteration for the calling code, which may wait and is not cancelled (A2, A3).
   *
   * @param prefetch items that are requested ahead; 1 is none, {@code Integer.MAX_VALUE} all
   * @param <T> the type of the items
   * @return without a source yet
   */
  public static <T> Iteration<T> open(int prefetch) {
    if (prefetch < 1) {
      throw new IllegalArgumentException("prefetch: " + prefetch);
    }
    return new Iteration<>(prefetch, CancelFrame.enterAwait());
  }

  /**
   * Takes the source, and begins.
   *
   * @param newSource of the items
   * @param subscribe subscribes to upstream; throws nothing
   */
  public void begin(Source newSource, Runnable subscribe) {
    source = newSource;
    RunningCoroutine<?> enclosing = coroutine;
    if (enclosing != null) {
      enclosing.remember(this);
    }
    asking = Thread.currentThread();
    try {
      subscribe.run();
    } finally {
      asking = null;
    }
  }

  /** The demand to signal when the source has brought its subscription. */
  long firstDemand() {
    return prefetch == 1 ? 0 : prefetch == Integer.MAX_VALUE ? Long.MAX_VALUE : prefetch;
  }

  // the source's side

  /**
   * The items come out of an operator's queue.
   *
   * @param queue shared with the operator
   * @param pulled whether there are no signals at all: an empty queue is the end
   */
  public void fuse(ItemQueue<T> queue, boolean pulled) {
    polled = pulled;
    fused = queue;
    wake();
  }

  /** Whether the items come out of an operator's queue; its signals then have no item. */
  public boolean isFused() {
    return fused != null;
  }

  /** One item; false if there is no room for it. */
  public boolean offer(T item) {
    if (!buffer.offer(item)) {
      return false;
    }
    wake();
    if (closed) {
      drain(); // it came after the one who closed had looked
    }
    return true;
  }

  /** Something has changed: the loop looks again. */
  public void wake() {
    if (waiting != null) {
      Thread waiter = (Thread) WAITING.getAndSet(this, (Thread) null);
      LockSupport.unpark(waiter);
    }
  }

  @Override
  public boolean receive(@Nullable Void nothing) {
    return endWith(COMPLETED);
  }

  @Override
  public boolean receiveFailure(Throwable failure) {
    if (isAsking() && CancelFrame.isCancellation(failure, CancelFrame.current())) {
      cancelled(); // a source that ran in place took the flag down with it
      return true;
    }
    return endWith(new Failure(failure));
  }

  private boolean endWith(Object how) {
    end = how;
    wake();
    return !closed;
  }

  @Override
  public boolean cancelIfRequested() {
    if (!closed
        && isAsking()
        && CancelFrame.cancelRequested(CancelFrame.current(), Thread.currentThread())) {
      cancelled();
    }
    return closed;
  }

  private boolean isAsking() {
    return asking == Thread.currentThread();
  }

  /** The loop's thread is cancelled inside its source; that may be gone when the loop looks. */
  private void cancelled() {
    cancellation = CancelFrame.cancellation(CancelFrame.current());
    closed = true;
  }

  @Override
  public CoroutineContext context() {
    return context;
  }

  // the loop's side

  boolean hasNext() {
    if (next != null && !closed) {
      return true;
    }
    Thread me = Thread.currentThread();
    if (loop != me) {
      loop = me; // before the look at closed
    }
    if (closed) {
      return leave();
    }
    CancelFrame frame = CancelFrame.current();
    try {
      CancelFrame.throwIfCancelled(frame, me);
      T item = polled ? pull() : take(frame);
      if (item == null) {
        return closed ? leave() : finish();
      }
      next = item;
      return true;
    } catch (CancellationException e) {
      cancellation = e;
      close();
      throw e;
    }
  }

  T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more items");
    }
    T item = requireNonNull(next);
    next = null;
    return item;
  }

  /** An operator computes the next item here; null is the end. */
  private @Nullable T pull() {
    if (end != null) {
      return null;
    }
    try {
      T item = requireNonNull(fused).poll();
      if (item == null) {
        requireNonNull(source).completed();
      }
      return item;
    } catch (Throwable failure) {
      CancelFrame frame = CancelFrame.current();
      if (CancelFrame.isCancellation(failure, frame)) {
        throw CancelFrame.cancellation(frame);
      }
      end = new Failure(failure);
      requireNonNull(source).stop();
      return null;
    }
  }

  private @Nullable T take(@Nullable CancelFrame frame) {
    while (true) {
      Object known = end; // before the look for an item: all items were there by then
      T item = poll();
      if (item != null) {
        renew();
        return item;
      }
      if (known != null || closed) {
        return null;
      }
      if (polled) { // fused meanwhile
        return pull();
      }
      if (prefetch == 1 && !asked) {
        asked = true;
        request(1);
      } else {
        await(frame);
      }
    }
  }

  private @Nullable T poll() {
    ItemQueue<T> queue = fused;
    if (queue == null) {
      return buffer.poll();
    }
    try {
      return queue.poll();
    } catch (Throwable failure) { // of an operator's own code
      requireNonNull(source).stop();
      end = new Failure(failure);
      return null;
    }
  }

  private void renew() {
    asked = false;
    if (renewal > 0 && ++taken == renewal) {
      taken = 0;
      if (end == null) {
        request(renewal);
      }
    }
  }

  private void request(long items) {
    asking = Thread.currentThread();
    try {
      requireNonNull(source).request(items);
    } finally {
      asking = null;
    }
  }

  private void await(@Nullable CancelFrame frame) {
    CancelFrame.enterAwait(); // on another thread than the one that opened it, perhaps (A2)
    waiting = Thread.currentThread();
    if (isEmpty() && end == null && !closed) {
      ParkLoop.await(this, frame);
    }
    waiting = null;
    CancelFrame.throwIfCancelled(frame, Thread.currentThread());
  }

  private boolean isEmpty() {
    ItemQueue<T> queue = fused;
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
    if (end instanceof Failure failure) {
      throw Failures.thrown(failure.cause);
    }
    return false;
  }

  /** Closed: by this thread, or by another one, which left the items to this one. */
  private boolean leave() {
    giveUpNext();
    drain();
    CancellationException cause = cancellation;
    if (cause != null) {
      throw cause;
    }
    return false;
  }

  private void forget() {
    RunningCoroutine<?> enclosing = coroutine;
    if (enclosing != null) {
      enclosing.forget(this);
    }
  }

  /** Whether there is nothing to cancel any more. */
  boolean isOver() {
    return closed || end != null;
  }

  /** Cancels the source, and gives up what is left, unless the loop is left to do that. */
  void close() {
    closed = true; // before the look at the loop
    forget();
    CancelFrame.outsideWindow(CancelFrame.current(), this::stop);
  }

  private void stop() {
    requireNonNull(source).stop();
    if (isLoopHere()) {
      giveUpNext();
      drain();
    }
    wake();
  }

  /** Whether no other thread may be polling. */
  boolean isLoopHere() {
    Thread reader = loop;
    return reader == null || reader == Thread.currentThread();
  }

  /** The loop is gone for good: gives up what it has left. */
  void abandoned() {
    close();
    giveUpNext();
    drain();
  }

  private void giveUpNext() {
    T left = next;
    next = null;
    if (left != null) {
      requireNonNull(source).giveUp(left);
    }
  }

  /** Gives up all items, once each, whoever comes at the same time. */
  private void drain() {
    if (draining.getAndIncrement() != 0) {
      return;
    }
    int missed = 1;
    do {
      ItemQueue<T> queue = fused;
      if (queue != null) {
        queue.clear();
      }
      for (T item = buffer.poll(); item != null; item = buffer.poll()) {
        requireNonNull(source).giveUp(item);
      }
      missed = draining.addAndGet(-missed);
    } while (missed != 0);
  }
}
