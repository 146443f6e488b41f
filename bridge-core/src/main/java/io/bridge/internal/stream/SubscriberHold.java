package io.bridge.internal.stream;

import io.bridge.internal.cancel.LostHandles;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * The subscriber of a stream body: held, but let go of while an emitter waits for demand, so that
 * one that nobody else holds is collected, and the body then cancelled (B4b). Who asks for more
 * hands it back. See docs/design/emitter.md.
 *
 * <pre>
 * downstream  meaning                                    left by
 * held        signals go there                           letGo -&gt; null, drop -&gt; null
 * null        an emitter waits for demand; or cancelled  takeBack -&gt; held, unless cancelled
 *             or ended, then final
 * </pre>
 *
 * A superclass and no field, so that a subscription is one object. Proof: NobodyLeftTest,
 * NobodyLeftRaceTest, EmitterStress.
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
   * What an emitter comes back to; when it is collected without a cancel, the body is cancelled.
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
      LostHandles.cleanUp(this::cancel); // an interrupt may close a channel
    }
  }

  /** Whether the terminal signal is not sent yet, and the subscriber has not cancelled. */
  abstract boolean isOpen();

  /** Whether the subscriber has cancelled before the terminal signal. */
  abstract boolean isCancelled();

  /** The subscriber wants no more, or is gone; ends with {@link #drop}. */
  abstract void cancel();

  /** The subscriber while it is held; what an item costs. */
  final @Nullable Subscriber<? super T> held() {
    return downstream;
  }

  /** The subscriber, let go of or not; null after {@link #drop}, and when it is gone. */
  final @Nullable Subscriber<? super T> receiver() {
    Subscriber<? super T> held = downstream;
    Watch letGo = watch;
    return held == null && letGo != null ? letGo.get() : held;
  }

  /**
   * An emitter is about to wait. It looks at the demand afterwards, as who asks for more looks here
   * after that: one of them sees the other.
   *
   * @return what {@link #takeBack} takes if there is demand; not to be in a frame that waits
   */
  final @Nullable Subscriber<? super T> letGo() {
    Subscriber<? super T> held = downstream;
    if (held != null && watch == null) {
      watch = new Watch(held);
      if (isCancelled()) { // a cancel that did not see it; an end still needs it
        endWatch();
      }
    }
    downstream = null;
    return held;
  }

  /** Has the subscriber again, unless it is not wanted any more. Any thread. */
  final void takeBack(@Nullable Subscriber<? super T> subscriber) {
    if (subscriber != null && downstream == null && isOpen()) {
      downstream = subscriber;
      if (isCancelled()) { // by a cancel that did not see it (RS 3.13)
        downstream = null;
      }
    }
  }

  /** Gives the subscriber up for good. After the end or the cancel. */
  final void drop() {
    downstream = null;
    endWatch();
  }

  private void endWatch() {
    Watch letGo = watch;
    if (letGo != null) {
      letGo.clear();
      letGo.registration.clean(); // which finds that it is over
    }
  }
}
