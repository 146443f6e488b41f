package io.bridge.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A publisher in the hands of a test: sends what the test says, legal or not, and records what the
 * subscriber asks for.
 *
 * @param <T> the type of the items
 */
public final class Probe<T> implements Publisher<T>, Subscription {

  /** What a probe does by itself when something happens. */
  @FunctionalInterface
  public interface Reaction<T> {
    /** Reacts. */
    void to(Probe<T> probe);
  }

  private final AtomicInteger subscriptions = new AtomicInteger();
  private final AtomicInteger cancels = new AtomicInteger();
  private final List<Long> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> cancelThreads = new CopyOnWriteArrayList<>();
  private final ReentrantLock serial = new ReentrantLock();
  private volatile boolean overlapped;
  private volatile @Nullable Subscriber<? super T> subscriber;
  private volatile @Nullable Reaction<T> onSubscribe;
  private volatile Reaction<T> onRequest = probe -> {};
  private volatile Reaction<T> onCancel = probe -> {};

  /** Instead of calling the subscriber's onSubscribe with this probe. */
  public Probe<T> onSubscribe(Reaction<T> reaction) {
    onSubscribe = reaction;
    return this;
  }

  /** Runs inside each request, after it was recorded. */
  public Probe<T> onRequest(Reaction<T> reaction) {
    onRequest = reaction;
    return this;
  }

  /** Runs inside each cancel, after it was recorded. */
  public Probe<T> onCancel(Reaction<T> reaction) {
    onCancel = reaction;
    return this;
  }

  @Override
  public void subscribe(Subscriber<? super T> newSubscriber) {
    subscriber = newSubscriber;
    subscriptions.incrementAndGet();
    Reaction<T> reaction = onSubscribe;
    if (reaction != null) {
      reaction.to(this);
    } else {
      newSubscriber.onSubscribe(this); // not the field's: another thread may subscribe meanwhile
    }
  }

  @Override
  public void request(long n) {
    boolean mine = enter();
    try {
      requests.add(n);
      onRequest.to(this);
    } finally {
      if (mine) {
        serial.unlock();
      }
    }
  }

  @Override
  public void cancel() {
    boolean mine = enter();
    try {
      cancelThreads.add(Thread.currentThread());
      cancels.incrementAndGet();
      onCancel.to(this);
    } finally {
      if (mine) {
        serial.unlock();
      }
    }
  }

  /**
   * RS 2.7: request and cancel are serial; a call from inside the other one, same thread, is
   * serial.
   */
  private boolean enter() {
    boolean mine = serial.tryLock();
    if (!mine) {
      overlapped = true;
    }
    return mine;
  }

  /** The subscriber of the last subscription. */
  public Subscriber<? super T> subscriber() {
    Subscriber<? super T> now = subscriber;
    if (now == null) {
      throw new AssertionError("nobody has subscribed");
    }
    return now;
  }

  /** Returns when somebody has subscribed and, unless it is withheld, requested. */
  public Probe<T> awaitSubscriber() {
    Eventually.until("a subscriber", () -> subscriber != null);
    return this;
  }

  /** Returns when there was a request. */
  public Probe<T> awaitRequest() {
    Eventually.until("a request", () -> !requests.isEmpty());
    return this;
  }

  /** Returns when there was a cancel. */
  public Probe<T> awaitCancel() {
    Eventually.until("a cancel", () -> cancels.get() > 0);
    return this;
  }

  /** Sends an item. */
  public Probe<T> next(T item) {
    subscriber().onNext(item);
    return this;
  }

  /** Sends the end. */
  public Probe<T> complete() {
    subscriber().onComplete();
    return this;
  }

  /** Sends a failure. */
  public Probe<T> fail(Throwable failure) {
    subscriber().onError(failure);
    return this;
  }

  /** How often subscribe was called. */
  public int subscriptions() {
    return subscriptions.get();
  }

  /** How often cancel was called. */
  public int cancels() {
    return cancels.get();
  }

  /** The threads that called cancel. */
  public List<Thread> cancelThreads() {
    return cancelThreads;
  }

  /** What was requested, in order. */
  public List<Long> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** Whether request and cancel ever ran at the same time on two threads (RS 2.7). */
  public boolean overlapped() {
    return overlapped;
  }
}
