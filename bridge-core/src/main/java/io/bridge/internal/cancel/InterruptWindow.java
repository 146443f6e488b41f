package io.bridge.internal.cancel;

import io.bridge.internal.base.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one interrupt window of bridge: an interrupt of ours lands on the worker while its window is
 * open, or not at all. Any thread asks with {@link #interrupt()}; only the worker opens and closes.
 * A sender announces itself, and the worker waits it out before it leaves, so that no interrupt is
 * late. See docs/design/coroutine.md.
 *
 * <pre>
 * state    meaning                                    left by
 * CLOSED   the worker runs code that is not ours      open -> OPEN, interrupt -> OWED
 *          to interrupt (or has not begun, or ended)
 * OPEN     an interrupt may land                      close -> CLOSED, interrupt -> SENDING
 * SENDING  a sender is inside Thread.interrupt        the sender -> SENT, interrupt -> AGAIN
 * AGAIN    SENDING, and another frame asked           the sender -> SENDING, and it sends once more
 * SENT     our flag was raised                        close -> OWED (lowers the flag),
 *                                                     interrupt -> SENDING, for another frame
 * OWED     closed, and an interrupt is due            open -> SENT (raises the flag), forget -> CLOSED
 * </pre>
 *
 * A worker whose stack ends before it opens goes from CLOSED or OWED to OPEN by a plain write. Only
 * the worker leaves OWED. While the window is lent, who finds it closed asks the guest's, too.
 *
 * <p>The window also mirrors the worker's current frame, so that who has the window in hand finds
 * the frame without the thread-local. Proof: InterruptWindowTest, InterruptRaceTest,
 * CurrentFrameTest.
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

  // by the worker: its current frame while that is one of this window's, else null
  private @Nullable CancelFrame current;

  public InterruptWindow() {}

  /** Makes the calling thread the worker and opens the window. */
  public void begin() {
    worker = Thread.currentThread();
    open();
  }

  /** The worker; null before it has begun, as far as the calling thread can see. */
  public @Nullable Thread worker() {
    return worker;
  }

  /** The current frame of the worker has changed, see {@link CancelFrame}. Worker only. */
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
   * What {@link CurrentFrame#get()} returns, if the calling thread is the worker and in code of
   * this window; else null, which says nothing. Any thread: another one reads no more than that it
   * is not the worker.
   */
  public @Nullable CancelFrame currentOfWorker() {
    return Thread.currentThread() == worker && isOpen() ? current : null;
  }

  /** Interrupts the worker now, or owes it until the window opens. Never waits, never throws. */
  public void interrupt() {
    while (true) {
      int now = state;
      switch (now) {
        case OPEN, SENT -> { // SENT: of a frame further in; the worker may have used that up
          if (STATE.compareAndSet(this, now, SENDING)) {
            send();
            return;
          }
        }
        case CLOSED -> {
          // A worker that cancels itself from inside a signal needs no interrupt: it is awake.
          if (Thread.currentThread() == worker || STATE.compareAndSet(this, CLOSED, OWED)) {
            passOn();
            return;
          }
        }
        case SENDING -> { // the worker may have used up the one that is under way
          if (STATE.compareAndSet(this, SENDING, AGAIN)) {
            return;
          }
        }
        default -> { // one is owed, and its reason is looked up when it has arrived
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
      } catch (Throwable ofChannel) { // an interruptible channel whose close threw
        thrown = ofChannel;
      }
    } while (!STATE.compareAndSet(this, SENDING, SENT)
        && STATE.compareAndSet(this, AGAIN, SENDING));
    LockSupport.unpark(target);
    if (thrown != null) {
      Timers.report(thrown); // the canceller has others to cancel (A5)
    }
  }

  /** Opens the window; raises the flag if an interrupt is due. Worker only. */
  void open() {
    if (!STATE.compareAndSet(this, CLOSED, OPEN)) {
      openInterrupted(); // it was OWED, which only the worker leaves
    }
  }

  /** Closes the window; afterwards no interrupt of ours is up or under way. Worker only. */
  public void close() {
    while (!STATE.compareAndSet(this, OPEN, CLOSED)) {
      if (STATE.compareAndSet(this, SENT, OWED)) {
        Thread.interrupted();
        return;
      }
      int now = state;
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
   * @param to the window of that code, if what cancels this one's code cancels that too
   */
  public void lend(@Nullable InterruptWindow to) {
    guest = to;
    close();
  }

  /** Opens the window again after {@link #lend}. Worker only. */
  public void takeBack() {
    guest = null;
    open();
  }

  /** Drops an interrupt that is due. Worker only, while closed. */
  void forget() {
    STATE.compareAndSet(this, OWED, CLOSED);
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
