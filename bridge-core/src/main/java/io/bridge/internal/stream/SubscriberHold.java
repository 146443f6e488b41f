package io.bridge.internal.stream;

import io.bridge.internal.cancel.LostHandles;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * The subscriber of a stream body. It is let go while an emitter waits for demand, so that an
 * otherwise unreachable subscriber is collected, and the body then cancelled (B4b). A request hands
 * it back. See docs/design/emitter.md.
 *
 * <pre>
 * downstream  meaning                                    left by
 * held        signals go there                           letGo -&gt; null, drop -&gt; null
 * null        an emitter waits for demand; or cancelled  takeBack -&gt; held, unless cancelled
 *             or ended, then final
 * </pre>
 *
 * A superclass and no field, so that a subscription is one object. Proof: NobodyLeftTest,
 * SubscriberHoldRaceTest, EmitterStress.
 *
 * @param <T> the type of the items
 */
abstract sealed class SubscriberHold<T> extends BiasedLock permits EmitterSubscription {

  // any thread
  private volatile @Nullable Subscriber<? super T> downstream;

  // made by the first emitter that waits for demand, which has the turn
  private volatile @Nullable Watch watch;

  SubscriberHold(boolean biased, Subscriber<? super T> subscriber) {
    super(biased);
    downstream = subscriber;
  }

  /**
   * A weak reference for the waiting emitter; when it is cleared without a cancel, the body is
   * cancelled.
   */
  private final class Watch extends WeakReference<Subscriber<? super T>> {

    private final Cleaner.Cleanable registration;

    Watch(Subscriber<? super T> subscriber) {
      super(subscriber);
      registration = LostHandles.watch(subscriber, SubscriberHold.this::gone);
    }
  }

  private void gone() {
    if (isOpen()) {
      LostHandles.cleanUp(this::cancel); // the interrupt of a cancel may close a channel
    }
  }

  /** Whether the terminal signal is not sent yet, and the subscriber has not cancelled. */
  abstract boolean isOpen();

  /** Whether the subscriber has cancelled before the terminal signal. */
  abstract boolean isCancelled();

  /** The subscriber has cancelled, or is gone; ends with {@link #drop}. */
  abstract void cancel();

  /** The subscriber while it is held: one read for an item. */
  final @Nullable Subscriber<? super T> held() {
    return downstream;
  }

  /**
   * The subscriber, even while it is let go; null after {@link #drop}, and when it is collected.
   */
  final @Nullable Subscriber<? super T> receiver() {
    Subscriber<? super T> held = downstream;
    Watch letGo = watch;
    return held == null && letGo != null ? letGo.get() : held;
  }

  /**
   * Called when an emitter is about to wait. It lets the subscriber go, then reads the demand; a
   * request adds demand, then looks whether the subscriber was let go: one of the two sees the
   * other.
   *
   * @return the argument for {@link #takeBack} if there is demand; no waiting frame may keep it
   */
  final @Nullable Subscriber<? super T> letGo() {
    Subscriber<? super T> held = downstream;
    if (held != null && watch == null) {
      watch = new Watch(held);
      if (isCancelled()) { // by a cancel that did not see the watch; an end still needs it
        endWatch();
      }
    }
    downstream = null;
    return held;
  }

  /** Holds the subscriber again, unless it is not wanted any more. Any thread. */
  final void takeBack(@Nullable Subscriber<? super T> subscriber) {
    if (subscriber != null && downstream == null && isOpen()) {
      downstream = subscriber;
      if (isCancelled()) { // by a cancel that did not see this write (RS 3.13)
        downstream = null;
      }
    }
  }

  /** Lets the subscriber go for good. After the end or the cancel. */
  final void drop() {
    downstream = null;
    endWatch();
  }

  private void endWatch() {
    Watch letGo = watch;
    if (letGo != null) {
      letGo.clear();
      letGo.registration.clean(); // finds the subscription over
    }
  }
}
