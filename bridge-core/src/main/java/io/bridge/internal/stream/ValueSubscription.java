package io.bridge.internal.stream;

import static java.util.Objects.requireNonNull;

import io.bridge.Awaitable;
import io.bridge.CoroutineContext;
import io.bridge.internal.await.ConversionSink;
import io.bridge.internal.await.Demand;
import io.bridge.internal.base.Fields;
import io.bridge.internal.base.PresentLibraries;
import io.bridge.internal.coroutine.SignalTask;
import io.bridge.internal.failure.Headroom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A conversion into a publisher of at most one item. The value waits for a request; an end without
 * a value does not. No thread waits. See docs/design/conversion.md.
 *
 * <pre>
 * demand    meaning                                     left by
 * NONE      nothing requested, no outcome               request -> ASKED, a value -> HELD
 * ASKED     requested, no outcome                       a value -> SENDING
 * HELD      the value waits for a request               request -> SENDING
 * SENDING   on its way, or inside onNext                its sender -> DONE,
 *                                                       request(n &lt;= 0) -> REJECTED
 * REJECTED  like SENDING; then onError, no onComplete   its sender -> DONE
 * DONE      ended or cancelled, final; the thread that  -
 *           sets it sends the terminal signal, if any
 *
 * NONE, ASKED, HELD: null, a failure, request(n &lt;= 0) -> DONE
 * any: cancel -> DONE
 * </pre>
 *
 * Proof: ValueSubscriptionTest, ConversionRaceTest, the TCK classes.
 *
 * @param <T> the type of the item
 */
public class ValueSubscription<T> extends ConversionSink<@Nullable T> implements Subscription {

  private static final int NONE = 0;
  private static final int ASKED = 1;
  private static final int HELD = 2;
  private static final int SENDING = 3;
  private static final int REJECTED = 4;
  private static final int DONE = 5;

  private static final VarHandle DEMAND =
      Fields.handle(MethodHandles.lookup(), "demand", int.class);

  /** Delivers the signals; null for the threads that bring or request them. */
  private final @Nullable Executor signals;

  // any thread
  private volatile int demand;

  // any thread; null after the end or a cancel, so that the subscriber is not kept (RS 3.13)
  private volatile @Nullable Subscriber<? super T> downstream;

  // written before HELD, read and cleared by the thread that leaves it
  private @Nullable T held;

  /**
   * Creates a subscription that waits for its source.
   *
   * @param subscriber takes the signals
   */
  public ValueSubscription(Subscriber<? super T> subscriber) {
    this(subscriber, null);
  }

  /**
   * Creates a subscription that waits for its source.
   *
   * @param subscriber takes the signals
   * @param signals delivers all except onSubscribe; null for the threads that bring or request them
   */
  public ValueSubscription(Subscriber<? super T> subscriber, @Nullable Executor signals) {
    this.signals = signals;
    this.downstream = requireNonNull(subscriber, "subscriber"); // RS 1.9
  }

  /** Hands this subscription to the subscriber, then begins the work of {@code source}. */
  public final void begin(Awaitable<? extends @Nullable T> source) {
    requireNonNull(downstream).onSubscribe(this);
    subscribeTo(source);
  }

  /** The subscriber's context, if its library has one. */
  @Override
  public CoroutineContext context() {
    Subscriber<? super T> receiver = downstream;
    return receiver == null ? super.context() : PresentLibraries.contextFor(receiver);
  }

  @Override
  protected final boolean succeeded(@Nullable T value) {
    if (value == null) { // empty
      ended(null);
      return true;
    }
    held = value;
    if (DEMAND.compareAndSet(this, NONE, HELD)) {
      return true;
    }
    held = null;
    Subscriber<? super T> receiver = downstream;
    if (!DEMAND.compareAndSet(this, ASKED, SENDING)) {
      return false;
    }
    try {
      send(value);
    } catch (StackOverflowError overflow) {
      downstream = receiver; // plain writes: if it was too deep, it counts as not signalled (A11)
      demand = ASKED;
      throw ofReceiver(overflow);
    }
    return true;
  }

  @Override
  protected final boolean failed(Throwable failure) {
    return ended(failure);
  }

  /** The terminal signal of the source; false if there was one already, or a cancel. */
  private boolean ended(@Nullable Throwable failure) {
    Subscriber<? super T> receiver = downstream;
    int before = (int) DEMAND.getAndSet(this, DONE); // never SENDING: there is one outcome
    if (before == DONE) {
      return false;
    }
    try {
      end(failure, true);
    } catch (StackOverflowError overflow) {
      downstream = receiver; // as above
      demand = before;
      throw ofReceiver(overflow);
    }
    return true;
  }

  /** With enough stack left, {@code overflow} is the receiver's own, which gets nothing more. */
  private StackOverflowError ofReceiver(StackOverflowError overflow) {
    Headroom.throwIfTooDeep(overflow);
    downstream = null;
    demand = DONE;
    return overflow;
  }

  private void end(@Nullable Throwable failure, boolean ofSource) {
    Throwable rejection = deliver(() -> terminate(failure, ofSource));
    if (rejection == null) {
      return;
    }
    if (failure == null) { // signalled on this thread, so that no subscriber waits for ever
      terminate(rejection, false);
    } else {
      terminate(failure, ofSource);
      report(rejection);
    }
  }

  private void terminate(@Nullable Throwable failure, boolean ofSource) {
    Subscriber<? super T> receiver = downstream;
    downstream = null;
    if (receiver == null) { // cancelled while the signal was in flight
      if (failure != null && ofSource) {
        report(failure);
      }
    } else if (failure == null) {
      receiver.onComplete();
    } else {
      receiver.onError(failure);
    }
  }

  private void send(T value) {
    Throwable rejection = deliver(() -> handOver(value));
    if (rejection != null) {
      discard(value);
      finish(rejection);
    }
  }

  /** Returns the executor's failure if that did not take the signal. */
  private @Nullable Throwable deliver(Runnable signal) {
    if (signals == null) {
      signal.run();
      return null;
    }
    return SignalTask.deliver(
        signals,
        () -> {
          try {
            signal.run();
          } catch (Throwable ofReceiver) { // breaks RS 2.13, and is no rejection
            report(ofReceiver);
          }
        });
  }

  private void handOver(T value) {
    Subscriber<? super T> receiver = downstream;
    if (receiver == null) { // cancelled in the meantime
      discard(value);
      return;
    }
    receiver.onNext(value);
    finish(null);
  }

  /** The end after the value, unless it was cancelled in the meantime. */
  private void finish(@Nullable Throwable failure) {
    Subscriber<? super T> receiver = downstream;
    int before = (int) DEMAND.getAndSet(this, DONE);
    downstream = null;
    if (before == DONE || receiver == null) {
      return;
    }
    if (failure != null) {
      receiver.onError(failure);
    } else if (before == REJECTED) {
      receiver.onError(Demand.lessThanOne());
    } else {
      receiver.onComplete();
    }
  }

  private @Nullable T takeHeld() {
    T value = held;
    held = null;
    return value;
  }

  @Override
  public final void request(long n) {
    try {
      if (n <= 0) {
        reject();
      } else if (!DEMAND.compareAndSet(this, NONE, ASKED)
          && DEMAND.compareAndSet(this, HELD, SENDING)) {
        send(requireNonNull(takeHeld()));
      }
    } catch (Throwable ofReceiver) { // breaks RS 2.13; request throws nothing (RS 3.16)
      report(ofReceiver);
    }
  }

  /** RS 3.9: ends the stream with a failure, and stops its source. */
  private void reject() {
    int before;
    do {
      before = demand;
      if (before >= REJECTED || DEMAND.compareAndSet(this, SENDING, REJECTED)) {
        return; // RS 1.3: the thread that sends the value then sends the failure
      }
    } while (!DEMAND.compareAndSet(this, before, DONE));
    try {
      stop(before);
    } finally {
      end(Demand.lessThanOne(), false);
    }
  }

  @Override
  public final void cancel() {
    int before = (int) DEMAND.getAndSet(this, DONE);
    downstream = null;
    stop(before);
  }

  /** Stops the source after DONE was set. */
  private void stop(int before) {
    super.cancel();
    if (before == HELD) {
      discard(takeHeld());
    }
  }
}
