package io.bridge.reactor;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.await.CallbackAwait;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.failure.Failures;
import io.bridge.reactor.internal.ReactorHooks;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.retry.Retry;

/**
 * Runs a body in place under Reactor's own {@code retryWhen}. The source of that operator is an
 * inner class of this one. It passes each subscription to the calling thread as one attempt; that
 * thread runs the body and signals its outcome to the operator. Between attempts the calling thread
 * waits for the next attempt or the end, with one callback.
 *
 * <pre>
 * next         meaning                                     left by
 * null         nothing has come, nobody waits              offer -> the step, wait -> a receiver
 * a step       the next attempt, or the end                wait -> null, offer -> the end
 * a receiver   the calling thread waits for it             offer -> null, it is resumed
 * CLOSED       the loop is left, final
 * </pre>
 *
 * Proof: RetryTest, RetryCancelTest, RetryPeerTest.
 *
 * @param <T> the type of the value
 * @param <X> the checked exception of the body
 */
final class RetryLoop<T extends @Nullable Object, X extends Exception> {

  /** What the calling thread does next. */
  private sealed interface Step {
    record Attempt(CoreSubscriber<? super Object> signals) implements Step {}

    record Ended(@Nullable Throwable failure) implements Step {}
  }

  private static final Object CLOSED = new Object();

  private final Body<? extends T, ? extends X> body;

  // accessed by any thread
  private final AtomicReference<@Nullable Object> next = new AtomicReference<>();

  // Accessed by the calling thread only. The first is the exception that the body threw, the second
  // is the failure that the spec received for it.
  private @Nullable Throwable lastFailure;
  private @Nullable Throwable lastSignal;
  private @Nullable T value;

  RetryLoop(Body<? extends T, ? extends X> body) {
    this.body = body;
  }

  /** Runs the body until the spec requests no further attempt. */
  T run(Retry spec) throws X {
    CancelFrame frame = Cancellation.enterAwait(); // even if the body awaits nothing (A2, A3)
    EndSubscriber end = new EndSubscriber();
    try {
      new Attempts().retryWhen(spec).subscribe(end);
      while (true) {
        switch (CallbackAwait.<Step>await(this::awaitStep)) {
          case Step.Attempt(var signals) -> {
            if (attempt(signals)) { // there is a value: no await, which a cancellation would end
              return result(
                  next.getAndSet(null) instanceof Step.Ended(var why) ? why : null, frame);
            }
          }
          case Step.Ended(var failure) -> {
            return result(failure, frame);
          }
        }
      }
    } finally {
      report(next.getAndSet(CLOSED));
      Cancellation.outsideWindow(frame, end::cancel);
    }
  }

  @SuppressWarnings("NullAway") // the value is a T when there is no failure
  private T result(@Nullable Throwable end, @Nullable CancelFrame frame) throws X {
    if (end == null) {
      return value;
    }
    Undeliverable.discard(value); // of a body that was still running when the spec failed
    Throwable failure = Exceptions.unwrap(end); // of Reactor's own layer
    if (lastFailure != null && (end == lastSignal || failure == lastSignal)) {
      RetryLoop.<RuntimeException>rethrow(lastFailure); // the body threw it: an X, or unchecked
    }
    throw Cancellation.thrown(failure, frame); // as any failed source (A7)
  }

  /** Reports the failure of a spec if the calling thread no longer waits for it (A12). */
  private static void report(@Nullable Object step) {
    if (step instanceof Step.Ended(Throwable failure) && failure != null) {
      Undeliverable.report(failure);
    }
  }

  @SuppressWarnings("unchecked") // erased: only the compiler believes that it is a Y
  private static <Y extends Throwable> void rethrow(Throwable failure) throws Y {
    throw (Y) failure;
  }

  private void awaitStep(Suspension<? super Step> suspension) {
    while (true) {
      Object now = next.get();
      if (now instanceof Step step && next.compareAndSet(step, null)) {
        suspension.resume(step);
        return;
      }
      Receiver<? super Step> waiting = Receiver.of(suspension);
      if (now == null && next.compareAndSet(null, waiting)) {
        suspension.onCancel(() -> next.compareAndSet(waiting, null));
        return;
      }
    }
  }

  @SuppressWarnings("unchecked") // awaitStep put it there
  private void offer(Step step) {
    while (true) {
      Object now = next.get();
      if (now == CLOSED) {
        report(step);
        return;
      }
      if (now instanceof Receiver<?> waiting) {
        if (next.compareAndSet(waiting, null)) {
          if (!((Receiver<? super Step>) waiting).receive(step)) { // it is cancelled just now
            report(step);
          }
          return;
        }
      } else if (next.compareAndSet(now, step)) { // the end replaces an attempt that is pending
        return;
      }
    }
  }

  /**
   * Runs the body once. A cancellation of the calling code and a fatal error are thrown, and never
   * retried.
   *
   * @return whether the body returned a value
   */
  private boolean attempt(CoreSubscriber<? super Object> signals) throws X {
    try {
      value = body.call();
    } catch (Throwable failure) {
      Exceptions.throwIfFatal(failure);
      if (isCancellation(failure)) {
        throw failure;
      }
      lastFailure = failure;
      lastSignal = Failures.bare(failure); // the spec sees the failure as in a chain (A7)
      signals.onError(lastSignal);
      return false;
    }
    signals.onComplete();
    return true;
  }

  private static boolean isCancellation(Throwable failure) {
    return Coroutine.isCancelled()
        || Thread.currentThread().isInterrupted()
        || Cancellation.isInterruption(failure); // not an old one that a source kept
  }

  /** The source of the operator: each subscription is an attempt. */
  private final class Attempts extends Mono<Object> {
    @Override
    public void subscribe(CoreSubscriber<? super Object> signals) {
      signals.onSubscribe(Operators.emptySubscription());
      offer(new Step.Attempt(signals));
    }
  }

  /** The subscriber of the operator. */
  private final class EndSubscriber implements CoreSubscriber<Object> {

    /** The context for the spec's companion, the same as in a chain (C2). */
    private final Context context = ReactorHooks.currentContext();

    private volatile @Nullable Subscription upstream;

    @Override
    public Context currentContext() {
      return context;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream = subscription;
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Object unexpected) {}

    @Override
    public void onError(Throwable failure) {
      offer(new Step.Ended(failure));
    }

    @Override
    public void onComplete() {
      offer(new Step.Ended(null));
    }

    void cancel() {
      Subscription operator = upstream;
      if (operator != null) {
        operator.cancel();
      }
    }
  }
}
