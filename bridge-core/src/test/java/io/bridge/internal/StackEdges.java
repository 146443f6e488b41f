package io.bridge.internal;

import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.StackEdgeProgram;
import io.bridge.internal.cancel.CurrentFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A program that has the stack end inside each operation of core, at each of the first depths. */
public final class StackEdges extends StackEdgeProgram {

  private static final CoroutineContext.Key<String> KEY = CoroutineContext.Key.of("edge");

  private final Map<String, Fork.Action> operations = new LinkedHashMap<>();

  private StackEdges() {
    super(EdgeChecks.others(StackEdges::later));
    blocks();
    awaits();
    scopes();
    streams();
  }

  private void blocks() {
    operations.put("withTimeout", () -> Coroutine.withTimeout(LONG, () -> {}));
    operations.put(
        "withTimeout of an await",
        () -> Coroutine.withTimeout(LONG, () -> Await.awaitSingle(later())));
    operations.put("shield", () -> Coroutine.shield(() -> {}));
    operations.put("with", () -> CoroutineContext.with(KEY, "a", () -> {}));
    operations.put("delay", () -> Await.delay(Duration.ofNanos(1000)));
  }

  private void awaits() {
    operations.put("suspend", () -> Await.<Integer>suspend(suspension -> suspension.resume(1)));
    operations.put("await", () -> Await.await(now(1)));
    operations.put("await of another thread", () -> Await.await(later()));
    operations.put("awaitFirst", () -> Await.awaitFirst(now(3)));
    operations.put("awaitList", () -> Await.awaitList(now(3)));
    operations.put(
        "awaitAll",
        () -> Await.awaitAll(List.of(Await.awaitable(now(1)), Await.awaitable(later()))));
    operations.put("start", () -> Coroutine.start(() -> {}).await());
  }

  private void scopes() {
    operations.put("scope", () -> EdgeChecks.scope(later()));
    operations.put(
        "scope that is cancelled",
        () -> {
          try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
            scope.fork(() -> Await.delay(LONG));
            scope.cancel();
          }
        });
  }

  private void streams() {
    operations.put(
        "iterate",
        () -> {
          try (Cursor<Integer> items = Publishers.iterate(now(3))) {
            for (Integer item : items) {
              if (item > 3) {
                break;
              }
            }
          }
        });
    operations.put(
        "subscribe",
        () -> Publishers.<Integer>publisher(emitter -> emitter.emit(1)).subscribe(new Sink<>()));
    operations.put("emit", () -> Await.awaitList(emits()));
    operations.put("fromIterable", () -> Await.awaitList(Publishers.fromIterable(List.of(1, 2))));
    operations.put("iterate a body", () -> loop(Publishers.iterate(emits(), 1)));
  }

  private static Publisher<Integer> emits() {
    return Publishers.publisher(emitter -> {
      emitter.emit(1);
      emitter.emit(2);
    });
  }

  private static void loop(Publisher<Integer> source) {
    loop(Publishers.iterate(source));
  }

  private static void loop(Cursor<Integer> cursor) {
    try (Cursor<Integer> items = cursor) {
      for (Integer item : items) {
        requireNonNull(item);
      }
    }
  }

  @Override
  protected void sameThread() {
    if (CurrentFrame.ofThread() != null) {
      throw new IllegalStateException("still in " + CurrentFrame.ofThread());
    }
    if (Thread.interrupted()) {
      throw new IllegalStateException("interrupted");
    }
    Await.await(later());
  }

  // what meets the error on another thread

  /** A thread that awaits; its source sends at the edge, and says so when it is back. */
  private void signals(String name, Consumer<Subscriber<? super Integer>> signal, Await1 await) {
    signals(name, () -> new PublisherWait(signal, await));
  }

  private static final class PublisherWait extends Wait {
    private final Consumer<Subscriber<? super Integer>> signal;
    private final Await1 await;
    private volatile @Nullable Subscriber<? super Integer> subscriber;

    PublisherWait(Consumer<Subscriber<? super Integer>> signal, Await1 await) {
      this.signal = signal;
      this.await = await;
    }

    @Override
    protected void await() {
      await.of(newSubscriber -> {
        subscriber = newSubscriber;
        newSubscriber.onSubscribe(
            new Subscription() {
              @Override
              public void request(long n) {}

              @Override
              public void cancel() {}
            });
      });
    }

    @Override
    protected boolean isSubscribed() {
      return subscriber != null;
    }

    @Override
    protected void send() {
      signal.accept(requireNonNull(subscriber));
    }

    @Override
    protected void end(boolean threw) {
      if (threw) {
        requireNonNull(subscriber).onError(new StackOverflowError("as the source says"));
      } else {
        requireNonNull(subscriber).onComplete();
      }
    }
  }

  private static int use(int frames) {
    return frames == 0 ? 0 : 1 + use(frames - 1);
  }

  /** The user's code needs more of the stack than ours. */
  private static void collected(Publisher<Integer> source) {
    Await.awaitCollect(
        source,
        Collector.of(
            ArrayList<Integer>::new,
            (list, item) -> list.add(item + use(40)),
            (one, other) -> one));
  }

  private static void mapped(Publisher<Integer> source) {
    loop(Await.mapConcurrent(source, 2, item -> item));
  }

  private static void converted(Publisher<Integer> source) {
    Await.await(Publishers.toPublisher(Await.awaitable(source)));
  }

  interface Await1 {
    void of(Publisher<Integer> source);
  }

  /** A body that emits at the edge: it goes on as ever, and can be cancelled. */
  private void emitsAtEdge() {
    AtomicReference<@Nullable Subscription> demand = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    CountDownLatch waits = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Publisher<Integer> body =
        Publishers.publisher(emitter -> {
          try {
            quietly(() -> deep(() -> emitter.emit(1), new AtomicInteger()));
            emitter.emit(2);
            Await.await(later());
            waits.countDown();
            Await.delay(LONG);
          } catch (java.util.concurrent.CancellationException right) {
            throw right;
          } catch (Throwable t) {
            failure.set(t);
          } finally {
            waits.countDown();
            end.countDown();
          }
        });
    body.subscribe(
        new Sink<>() {
          @Override
          public void onSubscribe(Subscription subscription) {
            demand.set(subscription);
            subscription.request(Long.MAX_VALUE);
          }
        });
    expect("emit at the edge", "it goes on", waits::await);
    requireNonNull(demand.get()).cancel();
    expect("emit at the edge", "it is cancelled", end::await);
    if (failure.get() != null) {
      defect("emit at the edge: " + failure.get());
    }
  }

  /**
   * Demand that comes at the edge, for a thread that waits for it; no virtual one, which the JDK
   * may lose.
   */
  private void requestsAtEdge() {
    for (int skip = 1; skip < 120 && !isEnough(); skip++) {
      AtomicReference<@Nullable Subscription> demand = new AtomicReference<>();
      CountDownLatch end = new CountDownLatch(1);
      AtomicReference<@Nullable Thread> emitting = new AtomicReference<>();
      Publishers.<Integer>publisher(
              emitter -> {
                Thread stray = new Thread(() -> emitter.emit(1));
                emitting.set(stray);
                stray.start();
                stray.join();
              })
          .subscribe(
              new Sink<>() {
                @Override
                public void onSubscribe(Subscription subscription) {
                  demand.set(subscription);
                }

                @Override
                public void onComplete() {
                  end.countDown();
                }
              });
      while (emitting.get() == null || emitting.get().getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      Subscription to = requireNonNull(demand.get());
      int at = skip;
      AtomicInteger level = new AtomicInteger();
      Thread thread =
          new Thread(
              null,
              () -> {
                quietly(() ->
                    deep(
                        () -> {
                          if (level.incrementAndGet() == at) {
                            to.request(1);
                            throw new Enough();
                          }
                        },
                        new AtomicInteger(Integer.MIN_VALUE)));
                to.request(1); // again, since that one may have thrown
              },
              "demand",
              256 * 1024L);
      thread.setDaemon(true);
      thread.start();
      join(thread, "request at " + at);
      expect("request at " + at, "the body ends", end::await);
    }
  }

  private void cancels() {
    for (int stack : new int[] {200, 256}) {
      Coroutine<?> waiting = Coroutine.start(() -> Await.delay(LONG));
      Coroutine<?> withScope =
          Coroutine.start(() -> {
            try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
              scope.fork(() -> Await.delay(LONG));
              scope.join();
            }
          });
      Coroutine<?> stays = Coroutine.start(() -> Await.delay(Duration.ofMillis(500)));
      atEdge("cancel", waiting::cancel, stack);
      atEdge("cancel of a scope around", withScope::cancel, stack);
      expect("cancel", "the coroutine ends", () -> EdgeChecks.ended(waiting));
      expect("cancel of a scope around", "the coroutine ends", () -> EdgeChecks.ended(withScope));
      expect("cancel", "another one succeeds", stays::await);
    }
  }

  /** Starts at many edges: one that overflows in the JDK's scheduler leaves later ones waiting. */
  private void starts() {
    Fork.Action start = requireNonNull(operations.get("start"));
    for (int stack = 200; stack < 600 && !isEnough(); stack += 4) {
      atEdge("start with " + stack + " KiB", start, stack);
    }
  }

  /** Everything, {@code rounds} times, each with another size of the stack. */
  public static void main(String[] arguments) {
    int rounds = Integer.parseInt(arguments[0]);
    Undeliverable.onFailure(failure -> {});
    startOther();
    StackEdges edges = new StackEdges();
    edges.others("at first");
    for (Fork.Action operation : edges.operations.values()) {
      edges.expect("at first", "all classes are there", operation);
    }
    for (int round = 0; round < rounds && !edges.isEnough(); round++) {
      for (Map.Entry<String, Fork.Action> each : edges.operations.entrySet()) {
        edges.atEdge(each.getKey(), each.getValue(), 200 + 16 * round);
        edges.others(each.getKey());
      }
      edges.cancels();
      edges.emitsAtEdge();
    }
    edges.starts();
    edges.signals("onNext to awaitList", s -> s.onNext(1), Await::awaitList);
    edges.signals("onNext to a collector", s -> s.onNext(1), StackEdges::collected);
    edges.signals("onNext to awaitFirst", s -> s.onNext(1), Await::awaitFirst);
    edges.signals("onNext to a loop", s -> s.onNext(1), StackEdges::loop);
    edges.signals("onComplete to a loop", Subscriber::onComplete, StackEdges::loop);
    edges.signals("onComplete to mapConcurrent", Subscriber::onComplete, StackEdges::mapped);
    edges.signals("onNext to a conversion", s -> s.onNext(1), StackEdges::converted);
    edges.signals(
        "onError to a conversion",
        s -> s.onError(new IllegalStateException()),
        StackEdges::converted);
    edges.signals("onComplete to a conversion", Subscriber::onComplete, StackEdges::converted);
    edges.requestsAtEdge();
    edges.signals("onComplete to awaitList", Subscriber::onComplete, Await::awaitList);
    edges.signals("onError to await", s -> s.onError(new IllegalStateException()), Await::await);
    edges.exit();
  }
}
