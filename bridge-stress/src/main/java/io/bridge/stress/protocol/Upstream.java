package io.bridge.stress.protocol;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

/** A source's subscription, which counts, and sees calls that are not serial (RS 2.7). */
public final class Upstream implements Subscription {

  /** A request takes its time: longer than the look before a cancel. */
  private static final int BUSY = 30;

  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger cancels = new AtomicInteger();
  private final AtomicInteger inside = new AtomicInteger();
  private volatile @Nullable Thread caller;
  private volatile boolean broken;

  public void request() {
    request(1);
  }

  @Override
  public void request(long n) {
    enter();
    if (cancels.get() > 0) {
      broken = true;
    }
    requests.incrementAndGet();
    for (int i = 0; i < BUSY; i++) {
      Thread.onSpinWait();
    }
    leave();
  }

  @Override
  public void cancel() {
    enter();
    cancels.incrementAndGet();
    leave();
  }

  private void enter() {
    if (inside.getAndIncrement() > 0 && caller != Thread.currentThread()) {
      broken = true;
    }
    caller = Thread.currentThread();
  }

  private void leave() {
    inside.decrementAndGet();
  }

  public int requests() {
    return requests.get();
  }

  public int cancels() {
    return cancels.get();
  }

  /** Whether request and cancel overlapped, or a request came behind the cancel. */
  public boolean isBroken() {
    return broken;
  }
}
