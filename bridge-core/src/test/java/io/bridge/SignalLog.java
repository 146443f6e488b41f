package io.bridge;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A subscriber that writes its signals down in words, and does inside them what a test says. */
final class SignalLog implements Subscriber<String> {

  private final List<String> signals = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Subscription subscription;
  private volatile Consumer<Subscription> inOnSubscribe = subscription -> {};
  private volatile Consumer<Subscription> inOnNext = subscription -> {};
  private volatile Consumer<Subscription> inEnd = subscription -> {};

  /** Runs inside onSubscribe. */
  SignalLog onSubscribe(Consumer<Subscription> action) {
    inOnSubscribe = action;
    return this;
  }

  /** Runs inside onNext, after it was written down. */
  SignalLog onNext(Consumer<Subscription> action) {
    inOnNext = action;
    return this;
  }

  /** Runs inside onComplete and onError, after it was written down. */
  SignalLog onEnd(Consumer<Subscription> action) {
    inEnd = action;
    return this;
  }

  @Override
  public void onSubscribe(Subscription newSubscription) {
    subscription = newSubscription;
    inOnSubscribe.accept(newSubscription);
  }

  @Override
  public void onNext(String item) {
    write("next " + item);
    inOnNext.accept(subscription());
  }

  @Override
  public void onError(Throwable newFailure) {
    failure = newFailure;
    write("error");
    inEnd.accept(subscription());
  }

  @Override
  public void onComplete() {
    write("complete");
    inEnd.accept(subscription());
  }

  private void write(String signal) {
    threads.add(Thread.currentThread());
    signals.add(signal);
  }

  Subscription subscription() {
    Subscription now = subscription;
    if (now == null) {
      throw new AssertionError("no onSubscribe");
    }
    return now;
  }

  SignalLog request(long n) {
    subscription().request(n);
    return this;
  }

  SignalLog cancel() {
    subscription().cancel();
    return this;
  }

  /** The signals after onSubscribe, in order: "next a", "complete", "error". */
  List<String> signals() {
    return signals;
  }

  /** The threads of these signals. */
  List<Thread> threads() {
    return threads;
  }

  @Nullable Throwable failure() {
    return failure;
  }
}
