package io.bridge;

import io.bridge.fixtures.Eventually;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A subscriber in the hands of a test: records what comes, and whether it breaks RS 1.1 or 1.3. */
@SuppressWarnings("NonAtomicVolatileUpdate") // signals are serial, which enter() checks
final class Drain implements Subscriber<String> {

  private final long first;
  private final List<String> items = new CopyOnWriteArrayList<>();
  private final AtomicInteger inside = new AtomicInteger();
  private volatile @Nullable Subscription subscription;
  private volatile @Nullable Throwable failure;
  private volatile int ends;
  private volatile boolean overlapped;
  private volatile boolean afterEnd;
  private volatile boolean flagSeen;
  private volatile BiConsumer<Drain, String> onNext = (drain, item) -> {};

  /** Requests {@code first} items at once, none if 0. */
  Drain(long first) {
    this.first = first;
  }

  /** Runs in each onNext, after the item was recorded. */
  Drain onNext(BiConsumer<Drain, String> action) {
    onNext = action;
    return this;
  }

  @Override
  public void onSubscribe(Subscription newSubscription) {
    subscription = newSubscription;
    if (first > 0) {
      newSubscription.request(first);
    }
  }

  @Override
  public void onNext(String item) {
    enter();
    try {
      items.add(item);
      onNext.accept(this, item);
    } finally {
      inside.decrementAndGet();
    }
  }

  @Override
  public void onError(Throwable newFailure) {
    enter();
    failure = newFailure;
    ends++;
    inside.decrementAndGet();
  }

  @Override
  public void onComplete() {
    enter();
    ends++;
    inside.decrementAndGet();
  }

  private void enter() {
    overlapped |= inside.getAndIncrement() > 0;
    afterEnd |= ends > 0;
    flagSeen |= Thread.currentThread().isInterrupted();
  }

  Subscription subscription() {
    Subscription now = subscription;
    if (now == null) {
      throw new AssertionError("no onSubscribe");
    }
    return now;
  }

  Drain request(long n) {
    subscription().request(n);
    return this;
  }

  Drain cancel() {
    subscription().cancel();
    return this;
  }

  Drain awaitEnd() {
    Eventually.until("the end of the stream", () -> ends > 0);
    return this;
  }

  Drain awaitItems(int count) {
    Eventually.until(count + " items", () -> items.size() >= count);
    return this;
  }

  List<String> items() {
    return items;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  int ends() {
    return ends;
  }

  /** Whether it saw no breach of RS 1.3 and 1.7, and no interrupt flag (B6). */
  boolean wasLawful() {
    return !overlapped && !afterEnd && !flagSeen;
  }
}
