package io.bridge.internal.mapping;

import static java.util.Objects.requireNonNull;

import io.bridge.CoroutineContext;
import io.bridge.ItemBody;
import io.bridge.internal.await.Demand;
import io.bridge.internal.base.Fields;
import io.bridge.internal.context.ContextSnapshot;
import io.bridge.internal.coroutine.Completion;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import io.bridge.internal.cursor.Iteration;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Headroom;
import io.bridge.internal.library.ReactiveLibraries;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One subscription of mapAwait (B8) or mapConcurrent (S7): a coroutine for each item. At most
 * {@code concurrency} items are in flight: being processed, or finished and pending. The next item
 * is admitted when a value was delivered, or, in a loop, taken out of its buffer. See
 * docs/design/mapawait.md.
 *
 * <pre>
 * end        meaning                                      left by
 * null       items come                                   upstream's end -> COMPLETED, Failed;
 *                                                         a run's failure -> Failed
 * COMPLETED  no more items; the runs go on                a run's failure -> Failed,
 *                                                         the last value delivered -> OVER
 * Failed     the runs are being cancelled; onError is     drain -> OVER
 *            pending, after the finished values
 * OVER       ended or cancelled, final                    -
 *
 * any but OVER: cancel -> OVER
 * </pre>
 *
 * <p>The first thread in {@link #drain} sends the signals; others only increment its counter. So
 * signals are serial without a lock, and a re-entrant request from onNext does not recurse. Proof:
 * MapAwait*Test, MapAwaitTest, MapConcurrent*Test, the TCK classes.
 *
 * @param <A> the type of the items
 * @param <B> the type of the values
 */
public final class MapAwaitSubscription<A, B> implements ItemReceiver<A>, Subscription {

  /** The subscriber's own failure, of an illegal request, is never reported as lost. */
  private record Failed(Throwable cause, boolean ofSubscriber) {}

  /** Stands for a failure when there is no memory to hold it. */
  private static final Failed NO_MEMORY = new Failed(new OutOfMemoryError("in a signal"), false);

  private enum Mark {
    COMPLETED,
    OVER,
    NO_VALUE,
    ABANDONED
  }

  private static final VarHandle END = Fields.handle(MethodHandles.lookup(), "end", Object.class);
  private static final VarHandle REQUESTED =
      Fields.handle(MethodHandles.lookup(), "requested", long.class);
  private static final VarHandle DRAINS =
      Fields.handle(MethodHandles.lookup(), "drains", int.class);

  private final int concurrency;
  private final ItemBody<? super A, @Nullable B, ? extends Exception> body;
  private final boolean ordered;

  /** The surroundings of the runs, on whatever thread their items come. */
  private final ContextSnapshot ambient;

  /** The loop that takes the values, whose demand admits items; null for mapAwait. */
  private final @Nullable Iteration<B> loop;

  /**
   * Ordered: the runs in the order of their items; else those with a value, in completion order.
   */
  private final Queue<Run> line = new ConcurrentLinkedQueue<>();

  /** The runs that have not ended; each removes itself. */
  private final Set<Run> running = ConcurrentHashMap.newKeySet();

  /** Items that upstream may still send. */
  private final AtomicLong admitted;

  /** The number of runs whose value is not delivered yet. */
  private final AtomicInteger undelivered = new AtomicInteger();

  // set before anything begins
  private @Nullable ItemSubscriber<A> source;

  // by the draining thread
  private long delivered;

  // any thread
  private volatile @Nullable Object end;
  private volatile long requested;

  // any thread; a field, since its end must need no call
  @SuppressWarnings("UnusedVariable") // read by its handle
  private volatile int drains;

  // any thread; null when it is over, so that the subscriber is not kept (RS 3.13)
  private volatile @Nullable Subscriber<? super B> downstream;

  private MapAwaitSubscription(
      Settings<A, B> settings, @Nullable Iteration<B> loop, Subscriber<? super B> downstream) {
    this.concurrency = settings.concurrency;
    this.body = settings.body;
    this.ordered = settings.ordered;
    this.loop = loop;
    this.ambient =
        loop == null
            ? ContextSnapshot.ofSubscriber(downstream)
            : ContextSnapshot.ofCaller(loop.context());
    this.downstream = downstream;
    this.admitted = new AtomicLong(firstDemand());
  }

  /**
   * The checked arguments of mapAwait.
   *
   * @param concurrency runs at the same time, at least 1
   * @param body the code for one item
   * @param ordered whether values are delivered in the order of their items
   * @param <A> the type of the items
   * @param <B> the type of the values
   */
  public record Settings<A, B>(
      int concurrency,
      ItemBody<? super A, @Nullable B, ? extends Exception> body,
      boolean ordered) {

    /** Checks the arguments, by their names in the facades. */
    public Settings {
      if (concurrency < 1) {
        throw new IllegalArgumentException("concurrency: " + concurrency);
      }
      requireNonNull(body, "body");
    }

    /**
     * Subscribes.
     *
     * @param items the source
     * @param subscriber takes the values
     * @param library makes its own kind of subscriber, which subscribes to the source
     */
    public void subscribe(
        Publisher<? extends A> items,
        Subscriber<? super B> subscriber,
        Function<MapAwaitSubscription<A, B>, ItemSubscriber<A>> library) {
      requireNonNull(subscriber, "subscriber"); // RS 1.9
      begin(items, new MapAwaitSubscription<>(this, null, subscriber), subscriber, library);
    }

    /** Subscribes for a loop. */
    void subscribe(Publisher<? extends A> items, Iteration<B> loop, Subscriber<B> subscriber) {
      MapAwaitSubscription<A, B> runs = new MapAwaitSubscription<>(this, loop, subscriber);
      begin(items, runs, subscriber, feed -> ReactiveLibraries.feed(items, feed));
    }

    private void begin(
        Publisher<? extends A> items,
        MapAwaitSubscription<A, B> runs,
        Subscriber<? super B> subscriber,
        Function<MapAwaitSubscription<A, B>, ItemSubscriber<A>> library) {
      ItemSubscriber<A> source = library.apply(runs);
      runs.source = source;
      subscriber.onSubscribe(runs);
      if (!runs.isOver()) {
        source.subscribeTo(items);
      }
    }
  }

  /** The processing of one item into its value. */
  private final class Run implements Completion<@Nullable B> {

    private volatile @Nullable RunningCoroutine<?> coroutine;

    // written before the coroutine starts, then by its thread; null when the body has taken it
    private @Nullable A item;

    // null while it runs; a value, NO_VALUE or ABANDONED
    private final AtomicReference<@Nullable Object> outcome = new AtomicReference<>();

    void start(A newItem) {
      item = newItem;
      RunningCoroutine<?> started =
          RunningCoroutine.<@Nullable B>start(
              loop == null ? "bridge-mapAwait" : "bridge-mapConcurrent", ambient, this::call, this);
      coroutine = started;
      if (isStopped()) {
        started.cancel(); // the thread that stopped the others may have missed this one
      }
    }

    private @Nullable B call() throws Exception {
      A taken = requireNonNull(item);
      item = null;
      return body.call(taken);
    }

    /** Discards the item of a body that never began (A12). */
    private void discardItem() {
      A left = item;
      if (left != null) {
        item = null;
        source().discard(left);
      }
    }

    void cancel() {
      RunningCoroutine<?> started = coroutine;
      if (started != null) {
        started.cancel();
      }
    }

    @Override
    public void succeeded(@Nullable B value) {
      running.remove(this);
      if (!outcome.compareAndSet(null, value == null ? Mark.NO_VALUE : value)) {
        source().discard(value);
        return;
      }
      if (!ordered) {
        try {
          line.add(this);
        } catch (OutOfMemoryError noMemory) {
          source().discard(value);
          fail(noMemory);
          return;
        }
      }
      drain();
    }

    @Override
    public void failed(Throwable failure) {
      running.remove(this);
      discardItem();
      if (!fail(failure)) {
        source().reportLost(failure);
      }
    }

    @Override
    public void cancelled(CancellationException cancellation) {
      running.remove(this);
      discardItem();
      fail(cancellation); // no effect after our own cancel, of which it is the echo
    }
  }

  /** The subscriber to upstream; also sends lost values and failures to its library's channel. */
  ItemSubscriber<A> source() {
    return requireNonNull(source);
  }

  @Override
  public long firstDemand() {
    if (loop != null) {
      return 0; // the loop requests
    }
    return concurrency == Integer.MAX_VALUE ? Long.MAX_VALUE : concurrency;
  }

  @Override
  public boolean offer(A item) {
    if (admitted.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
      return false;
    }
    undelivered.incrementAndGet();
    Run run = new Run();
    running.add(run);
    if (ordered) {
      line.add(run);
    }
    try {
      run.start(item);
    } catch (Throwable noThread) { // B11
      run.failed(noThread);
    }
    return true;
  }

  @Override
  public boolean receive(@Nullable Void nothing) {
    boolean ended = END.compareAndSet(this, (Object) null, Mark.COMPLETED);
    drain();
    return ended;
  }

  @Override
  public boolean receiveFailure(Throwable failure) {
    if (loop != null && loop.isCancelledBy(failure)) {
      loop.stopping(this::cancel);
      return true;
    }
    return fail(failure);
  }

  @Override
  public boolean cancelIfRequested() {
    if (loop != null && !isStopped() && loop.cancelIfRequested()) {
      loop.stopping(this::cancel); // may be on the loop's own thread, inside upstream's code
    }
    return isStopped();
  }

  @Override
  public void stopping(Runnable cancel) {
    if (loop != null) {
      loop.stopping(cancel);
    } else {
      cancel.run();
    }
  }

  /** A loop's state is captured; a source of mapAwait belongs to the subscriber. */
  @Override
  public boolean isAwait() {
    return false;
  }

  @Override
  public CoroutineContext context() {
    return ambient.context();
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      fail(new Failed(Demand.lessThanOne(), true));
      return;
    }
    long now;
    do {
      now = requested;
    } while (!REQUESTED.compareAndSet(this, now, Demand.sum(now, n)));
    if (loop != null) {
      admit(n);
    }
    drain();
  }

  /** Admits more items. */
  private void admit(long items) {
    admitted.accumulateAndGet(items, Demand::sum); // before the request: upstream may emit at once
    source().requestMore(items);
  }

  @Override
  public void cancel() {
    Object before = END.getAndSet(this, (Object) Mark.OVER);
    downstream = null;
    stopAll();
    drain(); // discards the values
    if (before instanceof Failed failed && !failed.ofSubscriber) {
      source().reportLost(failed.cause); // its onError was pending (A12)
    }
  }

  private boolean isOver() {
    return end == Mark.OVER;
  }

  private boolean isStopped() {
    Object how = end;
    return how == Mark.OVER || how instanceof Failed;
  }

  /** The first failure ends the stream; false if it came too late. */
  private boolean fail(Throwable failure) {
    Failed failed;
    try {
      failed = new Failed(Failures.bare(failure), false);
    } catch (OutOfMemoryError noMemory) {
      failed = NO_MEMORY;
    }
    return fail(failed);
  }

  private boolean fail(Failed failed) {
    while (true) {
      Object now = end;
      if (now != null && now != Mark.COMPLETED) {
        drain(); // an Error may have cut short the thread that failed first (A11)
        return false;
      }
      if (END.compareAndSet(this, now, failed)) {
        try {
          stopAll();
        } finally { // the loop is told, even if there is no memory to stop the runs
          drain();
        }
        return true;
      }
    }
  }

  private void stopAll() {
    source().stop();
    running.forEach(Run::cancel);
  }

  private void drain() {
    if ((int) DRAINS.getAndAdd(this, 1) != 0) {
      return;
    }
    int missed = 1;
    do {
      try {
        deliverOrCancel();
        missed = (int) DRAINS.getAndAdd(this, -missed) - missed;
      } catch (Throwable tooDeep) { // too deep for the rest as well: the next signal drains (A11)
        drains = 0;
        throw tooDeep;
      }
    } while (missed != 0);
  }

  private void deliverOrCancel() {
    try {
      deliver();
    } catch (Throwable ofSubscriber) { // breaks RS 2.13: it gets nothing more
      Headroom.throwIfTooDeep(ofSubscriber);
      boolean told = loop != null && loop.fail(ofSubscriber); // the loop waits for it
      cancel();
      if (!told) {
        source().reportLost(ofSubscriber);
      }
    }
  }

  private void deliver() {
    while (true) {
      Object how = end; // before the look at the runs: after the end, all of them are in the line
      if (how == Mark.OVER) {
        discardAll();
        return;
      }
      Run first = line.peek();
      Object value = first == null ? null : first.outcome.get();
      if (value == null || (value != Mark.NO_VALUE && delivered == requested)) {
        endIfDue(how, value == null);
        return;
      }
      line.poll();
      undelivered.decrementAndGet();
      if (value != Mark.NO_VALUE) {
        delivered++;
        send(value);
      }
      if (loop == null || value == Mark.NO_VALUE) {
        admit(1);
      }
    }
  }

  /**
   * Called when no more can be delivered: a failure now ends the stream, completion if no run is
   * left.
   */
  private void endIfDue(@Nullable Object how, boolean noValue) {
    if (how instanceof Failed failed) {
      finish(how, failed.cause);
      discardAll();
    } else if (how == Mark.COMPLETED && noValue && undelivered.get() == 0) {
      finish(how, null);
    }
  }

  @SuppressWarnings("unchecked") // the value of a run
  private void send(Object value) {
    Subscriber<? super B> receiver = downstream;
    if (receiver == null) { // cancelled in the meantime
      source().discard(value);
    } else {
      receiver.onNext((B) value);
    }
  }

  private void finish(Object how, @Nullable Throwable failure) {
    Subscriber<? super B> receiver = downstream;
    if (!END.compareAndSet(this, how, Mark.OVER)) {
      return; // cancelled or failed in the meantime: that drains again
    }
    downstream = null;
    if (receiver == null) {
      return;
    }
    try {
      if (failure == null) {
        receiver.onComplete();
      } else {
        receiver.onError(failure);
      }
    } catch (Throwable t) {
      if (loop != null) { // too little stack or memory: it has not got the signal
        downstream = receiver;
        end = how;
      }
      throw t;
    }
  }

  /**
   * Discards the values that are not delivered (A12), finished or still to come. The runs stay in
   * their set: the thread that stopped the stream may not have cancelled them yet.
   */
  private void discardAll() {
    for (Run run : running) {
      run.outcome.compareAndSet(null, Mark.ABANDONED);
    }
    for (Run run = line.poll(); run != null; run = line.poll()) {
      Object value = run.outcome.getAndSet(Mark.ABANDONED);
      if (value != null && !(value instanceof Mark)) {
        source().discard(value);
      }
    }
  }
}
