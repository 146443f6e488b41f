package io.bridge.internal.stream;

import static java.util.Objects.requireNonNull;

import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.Emitter;
import io.bridge.Undeliverable;
import io.bridge.internal.await.Demand;
import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.cancel.InterruptWindow;
import io.bridge.internal.context.ContextSnapshot;
import io.bridge.internal.coroutine.Completion;
import io.bridge.internal.coroutine.InPlaceStream;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.internal.coroutine.SignalTask;
import io.bridge.internal.failure.EntryPoint;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Headroom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * The one demand gate of bridge: a stream body on one side, a subscriber on the other. Demand is
 * two cumulative counters; {@code emit} compares them and waits while they are equal. See
 * docs/design/emitter.md.
 *
 * <pre>
 * phase      meaning                                   left by
 * ACTIVE     items flow                                finish -> ENDED, cancel -> CANCELLED,
 *                                                      request(n &lt;= 0) -> REJECTED
 * REJECTED   the demand broke RS 3.9; the body is      finish -> ENDED (onError),
 *            being cancelled, onError is pending       cancel -> CANCELLED
 * ENDED      the terminal signal is sent, final        -
 * CANCELLED  the subscriber has cancelled, final       -
 * </pre>
 *
 * The emitting thread has the {@linkplain BiasedLock turn} and no other lock, even while it waits
 * for demand. A thread that changes the phase or the demand takes no lock and wakes it. Proof:
 * Emitter*Test, DemandRaceTest, EmitterStress, the TCK classes.
 *
 * @param <T> the type of the items
 */
@EntryPoint(of = Emitter.class)
public final class EmitterSubscription<T> extends SubscriberHold<T>
    implements Emitter<T>, Completion<@Nullable Void> {

  private static final int ACTIVE = 0;
  private static final int REJECTED = 1;
  private static final int ENDED = 2;
  private static final int CANCELLED = 3;

  private static final VarHandle PHASE = Fields.handle(MethodHandles.lookup(), "phase", int.class);
  private static final VarHandle REQUESTED =
      Fields.handle(MethodHandles.lookup(), "requested", long.class);

  private final LostSignals lost;

  /** Delivers the signals; null for the threads that emit and end. */
  private final @Nullable Executor signals;

  /** Of an action that only the body's own thread may run; else null. */
  private final @Nullable InPlaceStream consumed;

  // by the thread that has the turn
  private long emitted;

  // any thread
  private volatile int phase;
  private volatile long requested;
  private volatile @Nullable HandOver handOver;

  EmitterSubscription(
      Subscriber<? super T> downstream, @Nullable Executor signals, LostSignals lost) {
    this(downstream, signals, null, lost);
  }

  private EmitterSubscription(
      Subscriber<? super T> downstream,
      @Nullable Executor signals,
      @Nullable InPlaceStream consumed,
      LostSignals lost) {
    super(signals == null, downstream); // with a hand-over the bias gains nothing
    this.signals = signals;
    this.consumed = consumed;
    this.lost = lost;
  }

  /**
   * Runs {@code body} for {@code subscriber}, on a coroutine of its own.
   *
   * @param name of the thread
   * @param body the code that emits
   * @param signals delivers all signals except onSubscribe; null for the threads that emit and end
   * @param subscriber takes the signals
   * @param lost takes the items and failures that the subscriber does not get
   * @param <T> the type of the items
   * @return the coroutine; null if there is none, because the subscriber has cancelled or no thread
   *     could be started
   */
  public static <T> @Nullable Coroutine<?> subscribe(
      String name,
      Emitter.Body<T> body,
      @Nullable Executor signals,
      Subscriber<? super T> subscriber,
      LostSignals lost) {
    requireNonNull(subscriber, "subscriber"); // RS 1.9
    EmitterSubscription<T> gate = new EmitterSubscription<>(subscriber, signals, lost);
    subscriber.onSubscribe(new StreamHandle<>(gate, subscriber));
    return gate.start(name, body, subscriber);
  }

  /**
   * Runs {@code body} for {@code subscriber} on the calling thread, whose code consumes the stream
   * (N2).
   *
   * @param name of the coroutine
   * @param body the code that emits
   * @param frame the result of {@link Cancellation#enterAwait()}
   * @param context of the subscriber
   * @param subscriber takes the signals, on this thread
   * @param lost takes the items and failures that the subscriber does not get
   * @param <T> the type of the items
   */
  public static <T> void call(
      String name,
      Emitter.Body<T> body,
      CancelFrame frame,
      CoroutineContext context,
      Subscriber<? super T> subscriber,
      LostSignals lost) {
    InPlaceStream inPlace = new InPlaceStream(name, frame, ContextSnapshot.ofSubscriber(context));
    boolean isAction = subscriber instanceof InPlaceConsumer<?, ?>;
    EmitterSubscription<T> gate =
        new EmitterSubscription<>(subscriber, null, isAction ? inPlace : null, lost);
    gate.ownedBy(inPlace);
    if (subscriber instanceof InPlaceConsumer<?, ?> consumer) {
      consumer.calledBy(inPlace, lost);
    }
    subscriber.onSubscribe(new StreamHandle<>(gate, subscriber));
    if (gate.phase == ACTIVE) {
      gate.runIn(inPlace, body);
    } else if (gate.phase == REJECTED) {
      gate.finish(null);
    }
  }

  private void runIn(InPlaceStream inPlace, Emitter.Body<T> body) {
    boolean told = false;
    try {
      inPlace.run(() -> body.run(this), this);
      told = true;
    } finally {
      if (!told) { // the stack ended: no other thread may wait for this one any more
        cancel();
      }
    }
  }

  private @Nullable Coroutine<?> start(
      String name, Emitter.Body<T> body, Subscriber<? super T> subscriber) {
    if (phase == CANCELLED) {
      return null;
    }
    if (phase == REJECTED) {
      finish(null);
      return null;
    }
    RunningCoroutine<?> started;
    try {
      started =
          RunningCoroutine.<@Nullable Void>start(
              name,
              ContextSnapshot.ofSubscriber(subscriber),
              () -> {
                begin();
                body.run(this);
                return null;
              },
              this);
    } catch (Throwable noThread) { // after onSubscribe only a signal may tell this (RS 1.9, B11)
      Headroom.throwIfTooDeep(noThread); // unless that would be cut short as well
      finish(noThread);
      return null;
    }
    ownedBy(started);
    if (phase == CANCELLED || phase == REJECTED) {
      started.cancel(); // the phase changed before other threads could see the coroutine
    }
    return started;
  }

  @Override
  public void emit(T item) {
    requireNonNull(item, "item"); // RS 2.13: null is never a signal
    CancelFrame own = frameOfOwner();
    if (consumed != null && !consumed.isOwner()) {
      emitAsGuest(item, consumed);
    } else if (own == null || !emitAsOwner(item, own)) {
      emitInTurn(item, own);
    }
    if (phase == CANCELLED || phase == REJECTED) {
      throw cancelled(); // a subscriber that cancelled in onNext wants the body to stop here
    }
  }

  /**
   * Exists for P6: emits without the lock, if no other thread has emitted and there is demand;
   * false if that is impossible, or if the body is cancelled (A3).
   */
  private boolean emitAsOwner(T item, CancelFrame frame) {
    Subscriber<? super T> receiver = held();
    if (!isBiased() || emitted == requested || phase != ACTIVE || receiver == null) {
      return false;
    }
    if (frame.isCancelled() || Thread.currentThread().isInterrupted()) {
      return false;
    }
    boolean ended = false;
    try {
      if (!tryBeginOwn(frame)) {
        ended = true;
        return false;
      }
      try {
        pass(item, receiver);
      } finally {
        endOwn(frame);
        ended = true;
      }
      return true;
    } finally {
      if (!ended) { // the stack ended inside: plain writes always have enough (A11)
        ownerInside = false;
        InterruptWindow window = frame.window;
        int now = window.state;
        if (now == InterruptWindow.CLOSED || now == InterruptWindow.OWED) {
          window.state = InterruptWindow.OPEN; // the next wait finds a pending cancel
        }
      }
    }
  }

  /** Emits with the lock. However it ends, an item that was not passed on is discarded (B4). */
  private void emitInTurn(T item, @Nullable CancelFrame own) {
    boolean passed = false;
    try {
      CancelFrame frame = enterEmit(own);
      long before = emitted;
      try {
        awaitDemand(frame, null); // RS 1.1: no onNext without a request
        if (signals == null) {
          deliver(item, frame);
        } else {
          handOver(item, signals, frame);
        }
      } finally {
        passed = emitted != before;
        leave();
      }
    } finally {
      if (!passed) {
        discard(item);
      }
    }
  }

  /**
   * Emits from another thread than the one that runs the action: that one takes the item when it
   * next waits. However it ends, an item that was not passed on is discarded (B4).
   */
  private void emitAsGuest(T item, InPlaceStream owner) {
    Throwable failure;
    boolean passed = false;
    try {
      CancelFrame frame = Cancellation.enterAwait();
      requireActive();
      HandOver passing = new HandOver(() -> receive(item));
      passed = passing.await(task -> invite(passing, owner), frame);
      if (!passed) {
        Cancellation.throwIfCancelled(frame, Thread.currentThread());
        requireActive();
        throw cancelled();
      }
      failure = passing.failure();
    } finally {
      if (!passed) {
        discard(item);
      }
    }
    if (failure != null) {
      EmitterSubscription.<RuntimeException>rethrow(failure);
    }
  }

  private void invite(HandOver passing, InPlaceStream owner) {
    owner.invite(passing);
    if (phase != ACTIVE) { // its end may not have seen this one
      passing.drop();
    }
  }

  /** Takes the turn; returns the frame that it waited in. */
  private @Nullable CancelFrame enterEmit(@Nullable CancelFrame own) {
    CancelFrame frame = own == null ? Cancellation.enterAwait() : own;
    Cancellation.throwIfCancelled(frame, Thread.currentThread());
    HandOver received = handOver;
    if (isInside() || (received != null && received.isReceivedHere())) {
      throw new IllegalStateException("emit called from inside the subscriber's onNext");
    }
    enter(frame);
    return frame;
  }

  /** Discards an item, by foreign code: without the turn and outside of the window. */
  private void discard(T item) {
    Cancellation.outsideWindow(
        CurrentFrame.get(),
        () -> {
          try {
            lost.item(item);
          } catch (Throwable ofHook) { // emit throws the failure that has ended it
            Undeliverable.report(ofHook);
          }
        });
  }

  /** Throws what an {@link #emit} would, without an item. */
  public void checkEmit() {
    CancelFrame frame = frameOfOwner();
    if (consumed == null || consumed.isOwner()) {
      enterEmit(frame);
      leave();
    }
    requireActive();
  }

  /**
   * Waits for demand, as {@link #emit} does, or until {@code over} says that no item will come.
   *
   * @param over becomes true before a {@link #sourceEnded}
   */
  public void awaitDemand(BooleanSupplier over) {
    CancelFrame frame = enterEmit(frameOfOwner());
    try {
      awaitDemand(frame, over);
    } finally {
      leave();
    }
  }

  /** Lets an {@link #awaitDemand(BooleanSupplier)} look again. Any thread. */
  public void sourceEnded() {
    wake();
  }

  private void awaitDemand(@Nullable CancelFrame frame, @Nullable BooleanSupplier over) {
    requireActive();
    while (emitted == requested && !isOver(over)) {
      announceWait();
      boolean notYet = mustWaitForDemand() && !isOver(over);
      try {
        waitIf(notYet, frame);
      } finally {
        takeBack(receiver());
      }
    }
  }

  private static boolean isOver(@Nullable BooleanSupplier over) {
    return over != null && over.getAsBoolean();
  }

  /**
   * Whether there is no demand. A method of its own, so that no waiting frame has the subscriber.
   */
  boolean mustWaitForDemand() {
    Subscriber<? super T> held = letGo();
    boolean notYet = emitted == requested;
    if (!notYet) {
      takeBack(held);
    }
    return notYet;
  }

  private void deliver(T item, @Nullable CancelFrame frame) {
    Subscriber<? super T> receiver = held();
    if (receiver == null) {
      throw cancelled();
    }
    if (frame != null) {
      frame.beginSignal();
    }
    try {
      pass(item, receiver);
    } finally {
      if (frame != null) {
        frame.endSignal();
      }
    }
  }

  private void pass(T item, Subscriber<? super T> receiver) {
    try {
      emitted++;
      receiver.onNext(item);
    } catch (Throwable t) { // breaks RS 2.13: the body gets it, the subscriber no further signal
      cancel();
      throw t;
    }
  }

  /** Delivers by the executor; waits until the subscriber has received the item. */
  private void handOver(T item, Executor executor, @Nullable CancelFrame frame) {
    HandOver passing = new HandOver(() -> receive(item));
    handOver = passing;
    try {
      requireActive(); // an earlier cancel may not have seen this hand-over
      if (!passing.await(executor, frame)) {
        Cancellation.throwIfCancelled(frame, Thread.currentThread());
        throw cancelled();
      }
    } finally {
      handOver = null;
    }
    Throwable failure = passing.failure();
    if (failure != null) { // as in pass
      cancel();
      EmitterSubscription.<RuntimeException>rethrow(failure);
    }
  }

  private void receive(T item) {
    Subscriber<? super T> receiver = held();
    if (receiver != null) {
      emitted++;
      receiver.onNext(item);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // onNext declares none
  private static <X extends Throwable> void rethrow(Throwable failure) throws X {
    throw (X) failure;
  }

  @Override
  boolean isOpen() {
    return phase < ENDED;
  }

  @Override
  boolean isCancelled() {
    return phase == CANCELLED;
  }

  @Override
  boolean isActive() {
    return phase == ACTIVE;
  }

  @Override
  void requireActive() {
    switch (phase) {
      case ACTIVE -> {}
      case ENDED -> throw new IllegalStateException("emit after the end of the body");
      default -> throw cancelled();
    }
  }

  /**
   * The cancel that this code sees may not have reached the coroutine yet: it is cancelled here.
   */
  private CancellationException cancelled() {
    cancelOwner();
    return new CancellationException("the subscriber has cancelled");
  }

  /**
   * Adds demand.
   *
   * @param n less than 1 breaks RS 3.9
   * @param subscriber the requesting one, in case it was let go; null after its cancel
   */
  void request(long n, @Nullable Subscriber<? super T> subscriber) {
    if (n <= 0) {
      stop(REJECTED); // RS 3.9
      return;
    }
    long now;
    do {
      now = requested;
    } while (!REQUESTED.compareAndSet(this, now, Demand.sum(now, n)));
    if (held() == null) { // read after the change of the demand
      takeBack(subscriber);
    }
    wake();
  }

  @Override
  void cancel() {
    stop(CANCELLED);
    drop();
    dropHandOver(); // even after the end of the body, which waits for it
  }

  /** Changes the phase and wakes; the coroutine's thread does the rest (A6). */
  private void stop(int wanted) {
    int now;
    do {
      now = phase;
      if (now == ENDED || now > wanted) {
        return;
      }
    } while (now != wanted && !PHASE.compareAndSet(this, now, wanted));
    wake(); // also the second time: the stack may have ended behind the change (A11)
    dropHandOver();
    cancelOwner();
  }

  private void dropHandOver() {
    if (consumed != null) {
      consumed.guests().forEach(guest -> ((HandOver) guest).drop());
    }
    HandOver passing = handOver;
    if (passing != null) {
      passing.drop();
    }
  }

  @Override
  public void succeeded(@Nullable Void nothing) {
    finish(null);
  }

  @Override
  public void failed(Throwable failure) {
    finish(failure);
  }

  @Override
  public void cancelled(CancellationException cancellation) {
    finish(cancellation);
  }

  /** Sends the terminal signal of the body, which needs no demand. */
  private void finish(@Nullable Throwable failure) {
    Subscriber<? super T> receiver = receiver();
    takeBack(receiver); // a stray emitter may be waiting
    int before;
    do {
      before = phase;
      if (before >= ENDED || receiver == null) {
        drop();
        reportLost(failure);
        return;
      }
    } while (!PHASE.compareAndSet(this, before, ENDED));
    wake();
    if (consumed != null) {
      dropHandOver(); // this thread would take them, and does not wait any more
    }
    enterAtEnd(); // RS 1.3: a stray emitter may still be inside onNext
    try {
      if (receiver() == null) { // cancelled in the meantime
        reportLost(failure);
      } else if (before == REJECTED) {
        reportLost(failure);
        end(Demand.lessThanOne(), false);
      } else {
        end(failure, true);
      }
    } finally {
      leave();
    }
  }

  private void end(@Nullable Throwable failure, boolean ofBody) {
    if (signals == null) {
      terminate(failure, ofBody);
      return;
    }
    Throwable rejection;
    try {
      rejection = SignalTask.deliver(signals, () -> terminate(failure, ofBody));
    } catch (OutOfMemoryError noMemory) { // to make the task, so the executor has not taken it
      rejection = noMemory;
    }
    if (rejection == null) {
      return;
    }
    if (failure == null) { // signalled on this thread, so that no subscriber waits for ever
      terminate(rejection, false);
    } else {
      terminate(failure, ofBody);
      if (!(failure instanceof RejectedExecutionException)) {
        Undeliverable.report(rejection);
      }
    }
  }

  private void terminate(@Nullable Throwable failure, boolean ofBody) {
    Subscriber<? super T> receiver = receiver();
    drop();
    if (receiver == null) { // cancelled while the executor had the signal
      if (ofBody) {
        reportLost(failure);
      }
      return;
    }
    try {
      if (failure == null) {
        receiver.onComplete();
      } else {
        receiver.onError(failure);
      }
    } catch (Throwable t) { // breaks RS 2.13; no rejection, even of an executor in place
      Headroom.throwIfTooDeep(t); // the subscriber has not got the signal
      report(t);
    }
  }

  private void reportLost(@Nullable Throwable failure) {
    if (failure != null && !Failures.isCancelEcho(failure)) { // an echo may be wrapped by the body
      report(failure);
    }
  }

  /** Sends a lost failure to its library's channel (A12); throws nothing. */
  private void report(Throwable undelivered) {
    Throwable failure = Failures.bare(undelivered); // of an await in the subscriber, too
    try {
      lost.failure(failure);
    } catch (Throwable ofHook) { // the terminal signal may still be pending
      Undeliverable.report(failure);
      Undeliverable.report(ofHook);
    }
  }
}
