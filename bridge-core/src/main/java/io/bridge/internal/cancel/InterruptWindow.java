package io.bridge.internal.cancel;

import io.bridge.internal.base.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one interrupt window of bridge: an interrupt of ours lands on the worker while its window is
 * open, or not at all. Any thread asks with {@link #interrupt()}; only the worker opens and closes.
 * A sender announces itself, and the worker waits for it before it leaves, so that no interrupt is
 * late. See docs/design/coroutine.md.
 *
 * <pre>
 * state    meaning                                    left by
 * CLOSED   the worker runs code that we must not      open -> OPEN, interrupt -> OWED
 *          interrupt, or has not begun, or has ended
 * OPEN     an interrupt may land                      close -> CLOSED, interrupt -> SENDING
 * SENDING  a sender is inside Thread.interrupt        the sender -> SENT, interrupt -> AGAIN
 * AGAIN    SENDING, and another frame has asked       the sender -> SENDING, and it sends once more
 * SENT     our flag was raised                        close -> OWED (lowers the flag),
 *                                                     interrupt -> SENDING, for another frame
 * OWED     closed, and an interrupt is pending        open -> SENT (raises the flag), forget -> CLOSED
 * </pre>
 *
 * If the worker has no stack left to open, a plain write moves CLOSED or OWED to OPEN. Only the
 * worker leaves OWED. While the window is lent, a sender that finds it closed asks the guest's
 * window too.
 *
 * <p>The window also mirrors the worker's current frame; {@link #mirror} tells why. Proof:
 * InterruptWindowTest, InterruptRaceTest, CurrentFrameTest.
 */
public final class InterruptWindow {

  public static final int CLOSED = 0;
  public static final int OPEN = 1;
  private static final int SENDING = 2;
  private static final int SENT = 3;
  public static final int OWED = 4;
  private static final int AGAIN = 5;

  private static final VarHandle STATE = Fields.handle(MethodHandles.lookup(), "state", int.class);

  // any thread
  public volatile int state;

  // written by the worker before it opens, read by a sender after it saw OPEN
  private @Nullable Thread worker;

  // written by the worker before it closes, read by a sender after it saw CLOSED or OWED
  private volatile @Nullable InterruptWindow guest;

  // by the worker: its current frame if that belongs to this window, else null
  private @Nullable CancelFrame current;

  // any thread; set before the reason of one of its frames is
  private volatile boolean cancelled;

  /** The frame around those of this window, which has another one; null at a root. */
  private final @Nullable CancelFrame around;

  /** The window of a root. */
  public InterruptWindow() {
    this(null);
  }

  /**
   * The window of code on another thread.
   *
   * @param around the frame that also cancels that code; null if there is none
   */
  public InterruptWindow(@Nullable CancelFrame around) {
    this.around = around;
  }

  /** A frame of this window is being cancelled. Any thread. */
  void noteCancel() {
    cancelled = true;
  }

  /**
   * Whether a frame of this window or around it may have been cancelled: false spares the walk
   * along the frames, however deep they are in one another (N4).
   */
  boolean mayBeCancelled() {
    InterruptWindow window = this;
    while (!window.cancelled) {
      CancelFrame outside = window.around;
      if (outside == null) {
        return false;
      }
      window = outside.window;
    }
    return true;
  }

  /** Makes the calling thread the worker and opens the window. */
  public void begin() {
    worker = Thread.currentThread();
    open();
  }

  /** The worker; null if the calling thread cannot see yet that it has begun. */
  public @Nullable Thread worker() {
    return worker;
  }

  /**
   * Exists for P6: code that has the window finds the current frame without the thread-local.
   * Called whenever the worker's current frame changes, see {@link CurrentFrame#replace}. Worker
   * only.
   */
  void mirror(@Nullable CancelFrame frame) {
    current = frame;
  }

  /**
   * Whether {@code frame}, which has this window, is the current one of its thread. Worker only.
   */
  boolean mirrors(CancelFrame frame) {
    return current == frame;
  }

  /**
   * {@link CurrentFrame#get()}, if the calling thread is the worker and in code of this window;
   * else null, which tells nothing. Any thread: others only learn that they are not the worker.
   */
  public @Nullable CancelFrame currentOfWorker() {
    return Thread.currentThread() == worker && isOpen() ? current : null;
  }

  /** Interrupts the worker now, or as soon as the window opens. Never waits, never throws. */
  public void interrupt() {
    while (true) {
      int now = state;
      switch (now) {
        case OPEN, SENT -> { // SENT: of an inner frame; the worker may have used that interrupt up
          if (STATE.compareAndSet(this, now, SENDING)) {
            send();
            return;
          }
        }
        case CLOSED -> {
          // A worker that cancels itself inside a signal needs no interrupt: it is awake.
          if (Thread.currentThread() == worker || STATE.compareAndSet(this, CLOSED, OWED)) {
            passOn();
            return;
          }
        }
        case SENDING -> { // the worker may have used up the interrupt that is in flight
          if (STATE.compareAndSet(this, SENDING, AGAIN)) {
            return;
          }
        }
        default -> { // one is pending; the worker looks up its reason when it arrives
          passOn();
          return;
        }
      }
    }
  }

  private void passOn() {
    InterruptWindow inside = guest;
    if (inside != null) {
      inside.interrupt();
    }
  }

  private void send() {
    Thread target = worker;
    Throwable thrown = null;
    do {
      try {
        if (target != null) {
          target.interrupt();
        }
      } catch (Throwable ofChannel) { // closing an interruptible channel threw
        thrown = ofChannel;
      }
    } while (!STATE.compareAndSet(this, SENDING, SENT)
        && STATE.compareAndSet(this, AGAIN, SENDING));
    LockSupport.unpark(target);
    if (thrown != null) {
      Timers.report(thrown); // the canceller has others to cancel (A5)
    }
  }

  /** Opens the window; raises the flag if an interrupt is pending. Worker only. */
  void open() {
    if (!STATE.compareAndSet(this, CLOSED, OPEN)) {
      openInterrupted(); // it was OWED, which only the worker leaves
    }
  }

  /** Closes the window; afterwards no interrupt of ours is raised or in flight. Worker only. */
  public void close() {
    while (!STATE.compareAndSet(this, OPEN, CLOSED)) {
      int now = state;
      if (now == SENT) {
        Thread.interrupted(); // before the write: if the stack ends in here, a later close does it
        if (STATE.compareAndSet(this, SENT, OWED)) {
          Thread.interrupted(); // of a sender in between
          return;
        }
      }
      if (now == SENDING || now == AGAIN) {
        Thread.interrupted(); // a raised flag would turn park into a spin
        LockSupport.park(this);
      } else if (!isOpen()) {
        return; // closed already
      }
    }
  }

  /**
   * Closes the window while its thread runs other code. Worker only.
   *
   * @param to the window of that code, if a cancel of this window's code also cancels that code
   */
  public void lend(@Nullable InterruptWindow to) {
    guest = to;
    close();
  }

  /** Opens the window again after {@link #lend}. Worker only. */
  public void takeBack() {
    guest = null;
    if (!isOpen()) { // else the stack ended before it was closed (A11)
      open();
    }
  }

  /** Drops a pending interrupt. Worker only, while closed. */
  void forget() {
    STATE.compareAndSet(this, OWED, CLOSED);
  }

  /** Leaves a pending interrupt for when it opens. Worker only, while closed. */
  public void owe() {
    STATE.compareAndSet(this, CLOSED, OWED);
  }

  /** Opens the window with the flag up, as if an interrupt had been sent. Worker only. */
  void openInterrupted() {
    state = SENT;
    Thread.currentThread().interrupt();
  }

  /** Whether the worker is in code that may be interrupted. Exact for the worker only. */
  public boolean isOpen() {
    int s = state;
    return s != CLOSED && s != OWED;
  }
}
