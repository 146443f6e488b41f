package io.bridge.stress;

import io.bridge.Await;
import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.Publishers;
import io.bridge.Suspension;
import io.bridge.completablefuture.CompletableFutureBridge;
import io.bridge.reactor.ReactorBridge;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.core.Flowable;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Code drawn at random while it runs: each branch has a generator of its own, so that one seed
 * makes the same program whatever the threads do. What runs inside a shield has a deadline, so a
 * cancel ends every program.
 */
final class Program {

  private static final CoroutineContext.Key<Integer> KEY = CoroutineContext.Key.of("depth");
  private static final int DEPTH = 3;
  private static final int MOST_STEPS = 4;

  private final Workshop workshop;
  private final Ledger ledger;
  private final long id;
  private final SplittableRandom random;
  private final int depth;

  /** Cursors that the end of their coroutine closes; else the cleaner might come before. */
  private final Queue<Cursor<Item>> leftOpen;

  private Program(
      Workshop workshop,
      long id,
      SplittableRandom random,
      int depth,
      Queue<Cursor<Item>> leftOpen) {
    this.workshop = workshop;
    this.ledger = workshop.ledger();
    this.id = id;
    this.random = random;
    this.depth = depth;
    this.leftOpen = leftOpen;
  }

  /** The program of {@code seed}. */
  static Program of(Workshop workshop, long id, long seed) {
    return new Program(
        workshop, id, new SplittableRandom(seed), DEPTH, new ConcurrentLinkedQueue<>());
  }

  private Program branch() {
    return new Program(workshop, id, random.split(), depth - 1, leftOpen);
  }

  /** Runs the program, as a body; fails as its code does. */
  Item run() throws Exception {
    ledger.bodies.incrementAndGet();
    try {
      int steps = 1 + random.nextInt(MOST_STEPS);
      for (int i = 0; i < steps; i++) {
        step();
      }
      return new Item();
    } catch (Throwable t) {
      ledger.seen(id, t);
      throw t;
    } finally {
      Reference.reachabilityFence(leftOpen);
      ledger.bodies.decrementAndGet();
    }
  }

  /** One step, whose failure is mostly survived; a cancelled coroutine mostly stops. */
  private void step() throws Exception {
    try {
      if (depth > 0 && random.nextInt(3) > 0) {
        inner();
      } else {
        leaf();
      }
    } catch (Exception e) {
      ledger.seen(id, e);
      if (random.nextInt(4) == 0 || (e instanceof CancellationException && random.nextInt(4) > 0)) {
        throw e;
      }
    }
  }

  private HostileSource source(boolean hostile, boolean ends) {
    return new HostileSource(ledger, workshop.signals(), id, random, hostile, ends);
  }

  private HostileSource hostile() {
    return source(true, false);
  }

  private HostileSource legal() {
    return source(false, false);
  }

  private Duration moment(int mostMicros) {
    return Duration.ofNanos(1000L * (1 + random.nextInt(mostMicros)));
  }

  private void leaf() throws Exception {
    switch (random.nextInt(15)) {
      case 0, 1, 2 -> await(hostile());
      case 3 -> await(throughReactor(legal()));
      case 4 -> await(throughRxJava(legal()));
      case 5, 6 -> iterate(random.nextBoolean() ? hostile() : throughReactor(legal()));
      case 7 -> stream(hostile());
      case 8 -> use(CompletableFutureBridge.await(future()));
      case 9 -> use(CompletableFutureBridge.awaitOrCancel(future()));
      case 10 -> use(Await.<Item>suspend(this::callback));
      case 11 -> Await.delay(moment(1500));
      case 12 -> Thread.sleep(moment(1500));
      case 13 -> throw new Planned("step");
      default -> oddity();
    }
  }

  private void oddity() {
    switch (random.nextInt(4)) {
      case 0 -> {
        Coroutine<?> current = Coroutine.current();
        if (current != null) {
          current.cancel("by itself");
        }
      }
      case 1 -> Thread.currentThread().interrupt();
      default -> Coroutine.checkCancelled();
    }
  }

  private static void use(@Nullable Item item) {
    if (item != null) {
      item.use();
    }
  }

  private void await(Publisher<Item> source) {
    switch (random.nextInt(8)) {
      case 0 -> use(Await.<Item>await(source));
      case 1 -> use(Await.<Item>awaitSingle(source));
      case 2 -> use(Await.<Item>awaitOptional(source).orElse(null));
      case 3 -> use(Await.<Item>awaitFirst(source));
      case 4 -> use(Await.<Item>awaitFirstOrNull(source));
      case 5 -> use(Await.<Item>awaitLastOrNull(source));
      case 6 -> Await.<Item>awaitList(source).forEach(Program::use);
      default -> Await.awaitCompletion(source);
    }
  }

  private Publisher<Item> throughReactor(Publisher<Item> source) {
    return switch (random.nextInt(5)) {
      case 0 -> Flux.from(source).map(item -> item);
      case 1 -> Flux.from(source).publishOn(Schedulers.parallel());
      case 2 -> Mono.from(source);
      case 3 -> Flux.from(source).subscribeOn(Schedulers.parallel()).filter(item -> true);
      default -> Flux.range(0, 1 + random.nextInt(MOST_STEPS)).map(i -> new Item());
    };
  }

  private Publisher<Item> throughRxJava(Publisher<Item> source) {
    return switch (random.nextInt(4)) {
      case 0 -> Flowable.fromPublisher(source).map(item -> item);
      case 1 ->
          Flowable.fromPublisher(source)
              .observeOn(io.reactivex.rxjava3.schedulers.Schedulers.computation());
      case 2 -> Flowable.fromPublisher(source).firstElement().toFlowable();
      default -> Flowable.range(0, 1 + random.nextInt(MOST_STEPS)).map(i -> new Item());
    };
  }

  /** A future that completes, fails, is cancelled by somebody, or never ends. */
  private CompletableFuture<Item> future() {
    CompletableFuture<Item> future = new CompletableFuture<>();
    int how = random.nextInt(5);
    Runnable end =
        () -> {
          switch (how) {
            case 0, 1 -> future.complete(new Item());
            case 2 -> future.completeExceptionally(new Planned("future"));
            case 3 -> future.cancel(false);
            default -> {}
          }
        };
    later(end);
    return future;
  }

  private void later(Runnable signal) {
    if (random.nextBoolean()) {
      signal.run();
    } else {
      var unused = workshop.signals().schedule(signal, random.nextInt(1500), TimeUnit.MICROSECONDS);
    }
  }

  /** A callback API that may call back twice, or never. */
  private void callback(Suspension<? super Item> suspension) {
    ledger.open.incrementAndGet();
    AtomicBoolean closed = new AtomicBoolean();
    Runnable close =
        () -> {
          if (closed.compareAndSet(false, true)) {
            ledger.open.decrementAndGet();
          }
        };
    suspension.onCancel(close);
    int calls = random.nextInt(4);
    for (int i = 0; i < calls; i++) {
      boolean fails = random.nextInt(3) == 0;
      later(() -> {
        close.run();
        if (fails) {
          suspension.fail(new Planned("callback"));
        } else {
          suspension.resume(new Item());
        }
      });
    }
    if (random.nextInt(8) == 0) {
      close.run();
      throw new Planned("subscribe of a callback");
    }
  }

  private void iterate(Publisher<Item> source) {
    int[] prefetches = {1, 2, 4, 256, Integer.MAX_VALUE};
    int prefetch = prefetches[random.nextInt(prefetches.length)];
    int most = random.nextInt(2) == 0 ? Integer.MAX_VALUE : random.nextInt(8);
    if (random.nextInt(8) == 0 && Coroutine.current() != null) {
      Cursor<Item> left = Publishers.iterate(source, prefetch); // its coroutine closes it
      leftOpen.add(left);
      take(left, most);
      return;
    }
    try (Cursor<Item> items = Publishers.iterate(source, prefetch)) {
      take(items, most);
    }
  }

  private static void take(Cursor<Item> items, int most) {
    int left = most;
    while (left-- > 0 && items.hasNext()) {
      use(items.next());
    }
  }

  private void stream(Publisher<Item> source) throws Exception {
    if (random.nextBoolean()) {
      Publishers.<Item, RuntimeException>forEach(source, Program::use);
      return;
    }
    try (Stream<Item> items = Publishers.stream(source)) {
      items.limit(random.nextInt(8)).forEach(Program::use);
    }
  }

  private void inner() throws Exception {
    Program inside = branch();
    switch (random.nextInt(14)) {
      case 0 -> use(Coroutine.<Item, Exception>withTimeout(moment(4000), inside::run));
      case 1 -> use(Coroutine.<Item, Exception>withTimeoutOrNull(moment(4000), inside::run));
      case 2 -> {
        Duration deadline = moment(2000);
        use(
            Coroutine.<@Nullable Item, Exception>shield(
                () -> Coroutine.<Item, Exception>withTimeoutOrNull(deadline, inside::run)));
      }
      case 3, 4, 5 -> scope();
      case 6 -> group();
      case 7, 8 -> build(inside);
      case 9 -> mapped();
      case 10 -> convert();
      case 11 -> use(Coroutine.<Item, Exception>runOn(workshop.executor(), inside::run));
      case 12 -> detached(inside);
      default -> use(CoroutineContext.<Integer, Item, Exception>with(KEY, depth, inside::run));
    }
  }

  private void scope() throws Exception {
    switch (random.nextInt(4)) {
      case 0 -> scope(Joiner.<Item>awaitAllSuccessfulOrThrow());
      case 1 -> scope(Joiner.<Item>allSuccessfulOrThrow());
      case 2 -> scope(Joiner.<Item>anySuccessfulOrThrow());
      default -> scope(Joiner.<Item>awaitAll());
    }
  }

  private <R extends @Nullable Object> void scope(Joiner<Item, R> joiner) throws Exception {
    Duration timeout = random.nextInt(4) == 0 ? moment(3000) : Duration.ofHours(1);
    boolean patient = random.nextInt(4) == 0;
    Duration patience = moment(1000);
    CoroutineScope<Item, R> scope =
        CoroutineScope.<Item, R>open(joiner, config -> config.withTimeout(timeout));
    try (scope) {
      int forks = 1 + random.nextInt(3);
      for (int i = 0; i < forks; i++) {
        Program child = branch();
        Coroutine<Item> forked = scope.fork(child::run);
        if (random.nextInt(8) == 0) {
          forked.cancel();
        }
      }
      if (random.nextInt(8) == 0) {
        scope.cancel();
      }
      if (random.nextInt(3) == 0) {
        step();
      }
      if (random.nextInt(4) > 0) {
        var unused = scope.join();
      }
      if (patient) {
        scope.close(patience);
      }
    }
  }

  private void group() {
    List<Awaitable<? extends @Nullable Item>> parts = new ArrayList<>();
    int size = 1 + random.nextInt(3);
    for (int i = 0; i < size; i++) {
      parts.add(awaitable());
    }
    if (random.nextBoolean()) {
      var unused = Await.<@Nullable Item>awaitAll(parts);
    } else {
      use(Await.<@Nullable Item>awaitAny(parts));
    }
  }

  private Awaitable<? extends @Nullable Item> awaitable() {
    return switch (random.nextInt(5)) {
      case 0 -> CompletableFutureBridge.<Item>awaitable(future());
      case 1 -> RxJavaBridge.awaitable(Flowable.fromPublisher(legal()).firstElement());
      case 2 -> this::callback;
      default -> Await.<Item>awaitable(hostile());
    };
  }

  private void build(Program inside) throws Exception {
    switch (random.nextInt(9)) {
      case 0 -> use(ReactorBridge.await(ReactorBridge.<Item>mono(inside::run)));
      case 1 -> use(RxJavaBridge.await(RxJavaBridge.<Item>single(inside::run)));
      case 2 -> use(RxJavaBridge.await(RxJavaBridge.<Item>maybe(inside::run)));
      case 3 -> RxJavaBridge.await(RxJavaBridge.completable(() -> use(inside.run())));
      case 4 -> {
        CompletableFuture<Item> future = CompletableFutureBridge.<Item>future(inside::run);
        try {
          use(CompletableFutureBridge.awaitOrCancel(future));
        } finally {
          future.cancel(false); // it is hot: the await may not have come to it
        }
      }
      case 5 -> consume(Publishers.<Item>publisher(inside.emitting()));
      case 6 -> consume(ReactorBridge.<Item>flux(inside.emitting()));
      case 7 -> consume(RxJavaBridge.<Item>flowable(inside.emitting()));
      default -> consume(Publishers.<Item>publisher(workshop.executor(), inside.emitting()));
    }
  }

  /** A body that emits between its steps. */
  private Emitter.Body<Item> emitting() {
    return emitter -> {
      ledger.bodies.incrementAndGet();
      try {
        int steps = random.nextInt(MOST_STEPS);
        for (int i = 0; i < steps; i++) {
          emitter.emit(new Item());
          if (random.nextBoolean()) {
            step();
          }
        }
      } catch (Throwable t) {
        ledger.seen(id, t);
        throw t;
      } finally {
        Reference.reachabilityFence(leftOpen);
        ledger.bodies.decrementAndGet();
      }
    };
  }

  private void consume(Publisher<Item> items) {
    if (random.nextBoolean()) {
      await(items);
    } else {
      iterate(items);
    }
  }

  private void mapped() {
    int limit = 1 + random.nextInt(3);
    Program inside = branch();
    switch (random.nextInt(5)) {
      case 0 -> {
        List<Program> branches = List.of(inside.branch(), inside.branch(), inside.branch());
        var unused = Await.<Program, Item>mapConcurrent(branches, limit, Program::run);
      }
      case 1 -> {
        try (Cursor<Item> values =
            Await.<Item, Item>mapConcurrent(legal(), limit, item -> inside.item())) {
          take(values, random.nextInt(8));
        }
      }
      case 2 -> {
        try (Cursor<Item> values =
            Await.<Item, Item>mapConcurrentUnordered(hostile(), limit, item -> inside.item())) {
          take(values, random.nextInt(8));
        }
      }
      case 3 ->
          consume(
              Flux.from(legal())
                  .transform(ReactorBridge.<Item, Item>mapAwait(limit, item -> inside.item())));
      default ->
          consume(
              Flowable.fromPublisher(legal())
                  .compose(
                      RxJavaBridge.<Item, Item>mapAwaitFlowable(limit, item -> inside.item())));
    }
  }

  /** What a run of mapAwait does; several run at once, so it draws nothing from a shared branch. */
  private Item item() throws Exception {
    ledger.bodies.incrementAndGet();
    try {
      Thread.sleep(Duration.ofNanos(Math.floorMod(id, 300_000)));
      return new Item();
    } finally {
      ledger.bodies.decrementAndGet();
    }
  }

  private void convert() {
    switch (random.nextInt(6)) {
      case 0 -> use(ReactorBridge.await(ReactorBridge.<Item>toMono(awaitable())));
      case 1 -> use(RxJavaBridge.await(RxJavaBridge.<Item>toMaybe(awaitable())));
      case 2 -> consume(Publishers.<Item>toPublisher(awaitable()));
      case 3 -> {
        CompletableFuture<? extends @Nullable Item> future =
            CompletableFutureBridge.<@Nullable Item>toCompletableFuture(awaitable());
        try {
          use(CompletableFutureBridge.<@Nullable Item>awaitOrCancel(future));
        } finally {
          future.cancel(false);
        }
      }
      case 4 -> consume(ReactorBridge.<Item>toFlux(throughRxJava(legal())));
      default -> consume(RxJavaBridge.<Item>toFlowable(throughReactor(legal())));
    }
  }

  private static void detached(Program inside) {
    Coroutine<Item> other = Coroutine.start(inside::run);
    try {
      use(other.await());
    } finally {
      other.cancel();
    }
  }
}
