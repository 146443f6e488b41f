package io.bridge.examples.edges;

import static io.bridge.Await.*;
import static io.bridge.Publishers.forEach;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static java.util.Objects.requireNonNull;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Emitter;
import io.bridge.Undeliverable;
import io.bridge.VoidBody;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.StackEdgeProgram;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.CompletableSource;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.core.SingleSource;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * A program that has the stack end inside the awaits and builders of every library. No future is
 * completed there: the JDK takes a callback off the future before it calls it, and does not call it
 * again when the stack ends in between.
 */
public final class LibraryStackEdges extends StackEdgeProgram {

  private static final LibrarySources SOURCES =
      new LibrarySources(LibraryStackEdges::inOther, later());

  private LibraryStackEdges() {
    super(LibraryOperations.others(SOURCES));
  }

  @Override
  protected void sameThread() {
    Coroutine.checkCancelled();
    if (Thread.interrupted()) {
      throw new IllegalStateException("interrupted");
    }
    await(SOURCES.future());
    await(SOURCES.mono());
    await(SOURCES.single());
  }

  /** One wait whose source has handed its observer to the test. */
  private static final class ObserverWait<O> extends Wait {
    private final Consumer<Consumer<O>> waiting;
    private final Consumer<O> signal;
    private final BiConsumer<O, Boolean> end;
    private volatile @Nullable O observer;

    ObserverWait(Consumer<Consumer<O>> waiting, Consumer<O> signal, BiConsumer<O, Boolean> end) {
      this.waiting = waiting;
      this.signal = signal;
      this.end = end;
    }

    @Override
    protected void await() {
      waiting.accept(newObserver -> observer = newObserver);
    }

    @Override
    protected boolean isSubscribed() {
      return observer != null;
    }

    @Override
    protected void send() {
      signal.accept(requireNonNull(observer));
    }

    @Override
    protected void end(boolean threw) {
      end.accept(requireNonNull(observer), threw);
    }
  }

  private static StackOverflowError asTheSourceSays() {
    return new StackOverflowError("as the source says");
  }

  private void monos(String name, Consumer<Subscriber<? super Integer>> signal) {
    signals(
        name,
        () ->
            new ObserverWait<Subscriber<? super Integer>>(
                subscribed -> await(Mono.fromDirect(publisher(subscribed))),
                signal,
                (subscriber, threw) -> {
                  if (threw) {
                    subscriber.onError(asTheSourceSays());
                  } else {
                    subscriber.onComplete();
                  }
                }));
  }

  private static Publisher<Integer> publisher(Consumer<Subscriber<? super Integer>> subscribed) {
    return subscriber -> {
      subscribed.accept(subscriber);
      subscriber.onSubscribe(
          new Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
          });
    };
  }

  private void singles() {
    signals(
        "onSuccess to await",
        () ->
            new ObserverWait<SingleObserver<? super Integer>>(
                subscribed ->
                    await(
                        (SingleSource<Integer>)
                            observer -> {
                              observer.onSubscribe(Disposable.disposed());
                              subscribed.accept(observer);
                            }),
                observer -> observer.onSuccess(1),
                (observer, threw) -> {
                  if (threw) {
                    observer.onError(asTheSourceSays());
                  }
                }));
  }

  private void completables() {
    signals(
        "onComplete to await of a Completable",
        () ->
            new ObserverWait<CompletableObserver>(
                subscribed ->
                    await(
                        (CompletableSource)
                            observer -> {
                              observer.onSubscribe(Disposable.disposed());
                              subscribed.accept(observer);
                            }),
                CompletableObserver::onComplete,
                (observer, threw) -> {
                  if (threw) {
                    observer.onError(asTheSourceSays());
                  }
                }));
  }

  private void observables() {
    signals(
        "onNext to awaitList",
        () ->
            new ObserverWait<Observer<? super Integer>>(
                subscribed ->
                    awaitList(
                        (ObservableSource<Integer>)
                            observer -> {
                              observer.onSubscribe(Disposable.disposed());
                              subscribed.accept(observer);
                            }),
                observer -> observer.onNext(1),
                (observer, threw) -> {
                  if (threw) {
                    observer.onError(asTheSourceSays());
                  } else {
                    observer.onComplete();
                  }
                }));
  }

  /** What is cancelled at the edge ends; again, since the last call there may have thrown. */
  private void cancels(String name, Body<?, Exception> waiting) {
    Coroutine<?> coroutine = Coroutine.start(waiting);
    atEdge("cancel of " + name, coroutine::cancel, 256);
    expect("cancel of " + name, "it ends", () -> ended(coroutine));
  }

  private static void ended(Coroutine<?> coroutine) {
    Eventually.until("the end of " + coroutine, coroutine::isDone);
  }

  /** A builder's result that is cancelled at the edge cancels its body. */
  private void cancelsBody(String name, Function<VoidBody<Exception>, Fork.Action> subscribed) {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Fork.Action cancel =
        subscribed.apply(() -> {
          begun.countDown();
          try {
            delay(LONG);
          } finally {
            end.countDown();
          }
        });
    expect(name, "the body begins", begun::await);
    atEdge("cancel of " + name, cancel, 256);
    expect("cancel of " + name, "the body ends", end::await);
  }

  private abstract static class CoreSink extends Sink<Object> implements CoreSubscriber<Object> {}

  /** Subscribes without a subscriber of Reactor's own, which would lose a cancel itself. */
  private static Fork.Action subscribed(Publisher<?> publisher) {
    AtomicReference<@Nullable Subscription> cancel = new AtomicReference<>();
    publisher.subscribe(
        new CoreSink() {
          @Override
          public void onSubscribe(Subscription subscription) {
            cancel.set(subscription);
            subscription.request(1);
          }
        });
    return requireNonNull(cancel.get())::cancel;
  }

  private static Fork.Action subscribed(CompletableSource completable) {
    AtomicReference<@Nullable Disposable> cancel = new AtomicReference<>();
    completable.subscribe(
        new CompletableObserver() {
          @Override
          public void onSubscribe(Disposable disposable) {
            cancel.set(disposable);
          }

          @Override
          public void onComplete() {}

          @Override
          public void onError(Throwable failure) {}
        });
    return requireNonNull(cancel.get())::dispose;
  }

  private void cancelsInPlace() {
    AtomicReference<@Nullable Coroutine<?>> body = new AtomicReference<>();
    Coroutine<?> outer =
        Coroutine.start(() -> {
          await(
              mono(() -> {
                body.set(Coroutine.current());
                delay(LONG);
              }));
        });
    Eventually.until("a body in place", () -> body.get() != null);
    atEdge("cancel of a body in place", () -> requireNonNull(body.get()).cancel(), 256);
    expect("cancel of a body in place", "the code around goes on", () -> ended(outer));
  }

  private void allCancels() {
    cancelsInPlace();
    cancels("an await of a future", () -> await(new CompletableFuture<Integer>()));
    cancels("an await of a plain future", () -> await(new FutureTask<>(() -> 1)));
    cancels("an await of a Mono", () -> await(Mono.<Integer>never()));
    cancels("an await of a Single", () -> await(Single.<Integer>never()));
    cancelsBody("mono", body -> subscribed(mono(body)));
    cancelsBody("flux", body -> subscribed(flux(emitter -> body.run())));
    cancelsBody("completable", body -> subscribed(completable(body)));
    cancelsBody(
        "future",
        body -> {
          CompletableFuture<?> future = future(body);
          return () -> future.cancel(true);
        });
  }

  /** The stack of a coroutine ends inside a body in place, which ends alone. */
  private void inPlace(String name, Fork.Action operation) {
    Coroutine<Integer> outer =
        Coroutine.start(() -> {
          Coroutine<?> current = Coroutine.current();
          operation.run(); // all classes are there
          AtomicInteger successes = new AtomicInteger();
          try {
            deep(operation, successes);
          } catch (StackOverflowError | Enough end) {
            // it went up to here
          }
          sameThread();
          LibraryOperations.deadline(); // its window is open
          if (Coroutine.current() != current || Coroutine.isCancelled()) {
            throw new IllegalStateException("another coroutine is current");
          }
          return successes.get();
        });
    expect(
        name,
        "its coroutine ends with successes",
        () -> {
          ended(outer);
          if (outer.await() == 0) {
            throw new IllegalStateException("never succeeded");
          }
        });
  }

  private void allInPlace() {
    inPlace("mono in place", () -> await(mono(() -> 1)));
    inPlace("single in place", () -> await(single(() -> 1)));
    inPlace("completable in place", () -> await(completable(() -> {})));
    inPlace(
        "a body in place that has a handle",
        () -> await(mono(() -> requireNonNull(Coroutine.current()).state())));
    inPlace(
        "a body in place that cancels itself",
        () ->
            await(
                mono(() -> {
                  requireNonNull(Coroutine.current()).cancel();
                  return 1;
                })));
    inPlace("bodies in a body in place", () -> await(mono(() -> await(single(() -> 1)))));
    inPlace("a shield in a body in place", () -> await(mono(() -> Coroutine.shield(() -> 1))));
    inPlace("a body in place with a scope", () -> await(mono(LibraryStackEdges::scoped)));
  }

  private void allStreamsInPlace() {
    inPlace("awaitList of a flux in place", () -> awaitList(flux(items())));
    inPlace("awaitFirst of a flowable in place", () -> awaitFirst(flowable(items())));
    inPlace("forEach of a flux in place", () -> forEach(flux(items()), item -> {}));
    inPlace(
        "an action that awaits",
        () -> forEach(flux(items()), item -> await(mono(() -> Coroutine.shield(() -> item)))));
    inPlace(
        "an action that throws",
        () -> {
          try {
            forEach(
                flux(items()),
                item -> {
                  throw new Enough();
                });
          } catch (Enough right) {
            return;
          }
          throw new IllegalStateException("no failure");
        });
    inPlace(
        "emitAll in place",
        () -> forEach(flux((Emitter<Integer> out) -> out.emitAll(flux(items()))), item -> {}));
    inPlace(
        "a flux in place with a scope", () -> awaitList(flux(emitter -> emitter.emit(scoped()))));
  }

  /** What a body emits after its consumer has failed is discarded. */
  private static void discards() {
    Coroutine.start(
            () -> {
              try {
                forEach(
                    flux((Emitter<Integer> emitter) -> {
                      try {
                        emitter.emit(1);
                      } finally {
                        emitter.emit(2);
                      }
                    }),
                    item -> {
                      throw new Enough();
                    });
              } catch (Enough right) {
                return;
              }
            })
        .await();
  }

  private static Emitter.Body<Integer> items() {
    return emitter -> {
      emitter.emit(1);
      emitter.emit(2);
    };
  }

  private static int scoped() {
    try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
      return scope.failures().size();
    }
  }

  /** Everything, {@code rounds} times, each with another size of the stack. */
  public static void main(String[] arguments) {
    int rounds = Integer.parseInt(arguments[0]);
    Undeliverable.onFailure(failure -> {});
    RxJavaPlugins.setErrorHandler(failure -> {});
    startOther();
    LibraryStackEdges edges = new LibraryStackEdges();
    Map<String, Fork.Action> operations = LibraryOperations.all(SOURCES);
    edges.others("at first");
    operations.forEach((name, each) -> edges.expect(name, "all classes are there", each));
    edges.expect("a discarded item", "all classes are there", LibraryStackEdges::discards);
    for (int round = 0; round < rounds && !edges.isEnough(); round++) {
      int stack = 200 + 16 * round;
      operations.forEach((name, each) -> {
        edges.atEdge(name, each, stack);
        edges.others(name);
      });
      edges.allCancels();
      edges.allInPlace();
      edges.allStreamsInPlace();
    }
    edges.allSignals();
    edges.exit();
  }

  private void allSignals() {
    monos("onNext to await", subscriber -> subscriber.onNext(1));
    monos("onComplete to await", Subscriber::onComplete);
    singles();
    completables();
    observables();
  }
}
