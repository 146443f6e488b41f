package io.bridge.stress.protocol;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A subscriber that counts, and sees what breaks the rules of Reactive Streams. */
public final class Downstream<T> implements Subscriber<T> {

  private final AtomicInteger items = new AtomicInteger();
  private final AtomicInteger completions = new AtomicInteger();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger inside = new AtomicInteger();
  private volatile boolean broken;
  private volatile int allowed;
  private volatile @Nullable Subscription subscription;

  @Override
  public void onSubscribe(Subscription newSubscription) {
    subscription = newSubscription;
  }

  public @Nullable Subscription subscription() {
    return subscription;
  }

  /** What was requested until now; to be said before the request. By one thread. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread requests
  public void willRequest(int n) {
    allowed += n;
  }

  @Override
  public void onNext(T item) {
    begin();
    if (items.incrementAndGet() > allowed) {
      broken = true; // RS 1.1
    }
    end();
  }

  @Override
  public void onError(Throwable failure) {
    begin();
    failures.incrementAndGet();
    end();
  }

  @Override
  public void onComplete() {
    begin();
    completions.incrementAndGet();
    end();
  }

  private void begin() {
    if (inside.getAndIncrement() > 0 || completions.get() + failures.get() > 0) {
      broken = true; // RS 1.3, RS 1.7
    }
  }

  private void end() {
    inside.decrementAndGet();
  }

  public int items() {
    return items.get();
  }

  public int completions() {
    return completions.get();
  }

  public int failures() {
    return failures.get();
  }

  /** The signals, and whether they were legal: {@code items/completions/failures}. */
  public String signals() {
    return (broken ? "illegal " : "") + items() + "/" + completions() + "/" + failures();
  }
}
