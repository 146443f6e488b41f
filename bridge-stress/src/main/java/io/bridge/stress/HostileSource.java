package io.bridge.stress;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A publisher drawn at random: how many items, how it ends, on which threads, at what pace, and
 * which rule it breaks, if any. Each of its subscriptions is entered in the ledger until it ends or
 * is cancelled. Its signals are serial (RS 1.3): a source that breaks that rule is not among what
 * A11 promises to bear.
 */
final class HostileSource<T> implements Publisher<T> {

  private enum End {
    COMPLETE,
    FAIL,
    NEVER
  }

  private enum Place {
    /** Inside subscribe and request. */
    HERE,
    /** On a thread of its own. */
    ELSEWHERE,
    /** The same, and each item some time after the one before. */
    SLOWLY
  }

  private enum Breach {
    NONE,
    SECOND_SUBSCRIPTION,
    LATE_SUBSCRIPTION,
    NULL_ITEM,
    NULL_FAILURE,
    ITEM_AFTER_END,
    SECOND_END,
    MORE_THAN_REQUESTED,
    SUBSCRIBE_THROWS,
    REQUEST_THROWS,
    CANCEL_THROWS
  }

  private static final int MOST_ITEMS = 600;

  /**
   * Makes the items.
   *
   * @param <T> their type
   */
  interface Maker<T> {

    /** The next one of all that its source sends, which holds {@code fate}. */
    T make(Item fate);
  }

  private final Ledger ledger;
  private final ScheduledExecutorService signals;
  private final long program;
  private final Maker<T> maker;

  private final int items;
  private final End end;
  private final Place place;
  private final Breach breach;
  private final long delayMicros;

  /**
   * Draws one.
   *
   * @param hostile whether it may break a rule
   * @param maker makes its items
   */
  HostileSource(
      Ledger ledger,
      ScheduledExecutorService signals,
      long program,
      RandomGenerator random,
      boolean hostile,
      Maker<T> maker) {
    this.ledger = ledger;
    this.signals = signals;
    this.program = program;
    this.maker = maker;
    this.items = random.nextInt(16) == 0 ? random.nextInt(MOST_ITEMS) : random.nextInt(4);
    this.end = End.values()[random.nextInt(3)];
    this.place = Place.values()[random.nextInt(3)];
    Breach drawn = Breach.values()[random.nextInt(Breach.values().length)];
    this.breach = hostile && random.nextInt(3) == 0 ? drawn : Breach.NONE;
    this.delayMicros = random.nextInt(items > 10 ? 20 : 1500);
  }

  @Override
  public void subscribe(Subscriber<? super T> subscriber) {
    Line line = new Line(subscriber);
    if (breach == Breach.SUBSCRIBE_THROWS) {
      throw new Planned("subscribe of " + this);
    }
    if (breach == Breach.LATE_SUBSCRIPTION) {
      schedule(line::open);
    } else {
      line.open();
    }
  }

  /** How many items there are before the end, if nothing goes wrong before. */
  int items() {
    return items;
  }

  private void schedule(Runnable signal) {
    var unused = signals.schedule(signal, delayMicros, TimeUnit.MICROSECONDS);
  }

  @Override
  public String toString() {
    return items + " items, " + end + " " + place + " " + breach + " of program " + program;
  }

  /** One subscription. */
  private final class Line implements Subscription, Runnable {

    private final Subscriber<? super T> subscriber;

    /** Only these keep A5 and RS 2.7 as the contract says; an operator between may not. */
    private final boolean ofBridge;

    private final AtomicLong requested = new AtomicLong();
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger closes = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();

    // whoever has the turn
    private int sent;
    private boolean ended;

    private volatile boolean cancelled;
    private volatile @Nullable Thread calling;

    Line(Subscriber<? super T> subscriber) {
      this.subscriber = subscriber;
      this.ofBridge = subscriber.getClass().getName().startsWith("io.bridge.");
    }

    void open() {
      ledger.open.incrementAndGet();
      ledger.subscriptions.incrementAndGet();
      turns.incrementAndGet(); // nothing is sent before this has returned
      signal(() -> subscriber.onSubscribe(this));
      if (breach == Breach.SECOND_SUBSCRIPTION) {
        Line second = new Line(subscriber);
        second.ended = true; // it sends nothing, and must be cancelled
        ledger.open.incrementAndGet();
        second.turns.incrementAndGet();
        signal(() -> subscriber.onSubscribe(second));
      }
      if (place == Place.HERE) {
        send(turns.get());
      } else {
        schedule(() -> send(turns.get()));
      }
    }

    @Override
    public void request(long n) {
      boolean mine = enter();
      requested.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
      if (breach == Breach.REQUEST_THROWS) {
        leave(mine);
        throw new Planned("request of " + HostileSource.this);
      }
      if (place == Place.HERE) {
        run();
        leave(mine);
      } else {
        leave(mine);
        schedule(this);
      }
    }

    @Override
    public void cancel() {
      boolean mine = enter();
      cancelled = true;
      ledger.cancels.incrementAndGet();
      if (cancels.incrementAndGet() > 1 && ofBridge) {
        ledger.surprise(program, "cancelled twice: " + HostileSource.this, new Throwable());
      }
      close();
      leave(mine);
      if (breach == Breach.CANCEL_THROWS) {
        throw new Planned("cancel of " + HostileSource.this);
      }
    }

    /** RS 2.7: the calls are serial; one from inside the other, on the same thread, is. */
    private boolean enter() {
      Thread other = calling;
      if (other == Thread.currentThread()) {
        return false;
      }
      if (other != null && ofBridge) {
        ledger.surprise(program, "not serial: " + HostileSource.this, new Throwable());
      }
      calling = Thread.currentThread();
      return true;
    }

    private void leave(boolean mine) {
      if (mine) {
        calling = null;
      }
    }

    private void close() {
      if (closes.getAndIncrement() == 0) {
        ledger.open.decrementAndGet();
      }
    }

    @Override
    public void run() {
      if (turns.getAndIncrement() == 0) {
        send(1);
      }
    }

    private void send(int turn) {
      int taken = turn;
      do {
        boolean more = true;
        while (more) {
          more = sendOne();
          if (more && place == Place.SLOWLY) {
            int rest = taken;
            schedule(() -> send(rest)); // with the turn
            return;
          }
        }
        taken = turns.addAndGet(-taken);
      } while (taken != 0);
    }

    /** What goes to an operator of somebody else may be dropped there. */
    private T make() {
      Item fate = new Item(ledger, this);
      return maker.make(ofBridge ? fate.owe() : fate);
    }

    /** Returns whether there is more to send now. */
    private boolean sendOne() {
      if (ended || cancelled) {
        return false;
      }
      if (sent == items) {
        end();
        return false;
      }
      if (breach == Breach.NULL_ITEM && sent == items / 2) {
        sendNull();
      }
      if (sent >= requested.get() && breach != Breach.MORE_THAN_REQUESTED) {
        return false;
      }
      sent++;
      signal(() -> subscriber.onNext(make()));
      return true;
    }

    @SuppressWarnings("NullAway") // that is the breach
    private void sendNull() {
      ended = true;
      try {
        subscriber.onNext(null);
      } catch (NullPointerException ofRule213) {
        return;
      }
      signal(subscriber::onComplete);
    }

    private void end() {
      ended = true;
      if (end == End.NEVER) {
        return; // stays open until it is cancelled
      }
      if (breach == Breach.NULL_FAILURE) {
        sendNullFailure();
      } else if (end == End.COMPLETE) {
        close();
        signal(subscriber::onComplete);
      } else {
        close();
        signal(() -> subscriber.onError(new Planned(HostileSource.this.toString())));
      }
      switch (breach) {
        case ITEM_AFTER_END -> signal(() -> subscriber.onNext(make()));
        case SECOND_END -> signal(() -> subscriber.onError(new Planned("second end")));
        default -> {}
      }
    }

    @SuppressWarnings("NullAway") // that is the breach
    private void sendNullFailure() {
      try {
        subscriber.onError(null);
      } catch (NullPointerException ofRule213) {
        return;
      }
      close();
    }

    @Override
    public String toString() {
      return HostileSource.this + " to " + subscriber.getClass().getSimpleName();
    }

    private void signal(Runnable signal) {
      try {
        signal.run();
      } catch (Throwable t) {
        if (ofBridge) {
          ledger.surprise(program, "thrown into the source " + HostileSource.this, t);
        }
      }
    }
  }
}
