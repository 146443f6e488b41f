package io.bridge.stress;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.completablefuture.CompletableFutureBridge;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Steps that await one source, or iterate over it, and receive what that gives. */
final class Awaits {

  private static final int MOST_ITEMS = 4;

  private final Program program;

  Awaits(Program program) {
    this.program = program;
  }

  /** Draws a step. */
  void step() throws Exception {
    Parts parts = new Parts(program);
    switch (program.random.nextInt(14)) {
      case 0, 1, 2 -> await(program.hostile());
      case 3 -> await(throughReactor(program.legal()));
      case 4 -> await(throughRxJava(program.legal()));
      case 5, 6 -> iterate(program.hostile());
      case 7 -> iterate(throughReactor(program.legal()));
      case 8 -> stream(program.hostile());
      case 9 -> awaitObservable(Observable.fromPublisher(throughRxJava(program.legal())));
      case 10 -> Program.use(CompletableFutureBridge.await(parts.stage(false)));
      case 11 -> Program.use(CompletableFutureBridge.awaitOrCancel(parts.stage(true)));
      case 12 -> future(parts);
      default -> Program.use(Await.<Item>suspend(parts::callback));
    }
  }

  private void future(Parts parts) {
    if (program.random.nextBoolean()) {
      Program.use(CompletableFutureBridge.await(parts.future()));
    } else {
      Program.use(CompletableFutureBridge.awaitOrCancel(parts.future()));
    }
  }

  /** Awaits, or iterates. */
  void consume(Publisher<Item> items) throws Exception {
    switch (program.random.nextInt(5)) {
      case 0, 1 -> await(items);
      case 2 -> stream(items);
      default -> iterate(items);
    }
  }

  void await(Publisher<Item> source) throws IOException {
    switch (program.random.nextInt(14)) {
      case 0 -> Program.use(Await.<Item>await(source));
      case 1 -> Program.use(Await.<Item>awaitSingle(source));
      case 2 -> Program.use(Await.<Item>awaitOptional(source).orElse(null));
      case 3 -> Program.use(Await.<Item>awaitFirst(source));
      case 4 -> Program.use(Await.<Item>awaitFirstOrNull(source));
      case 5 -> Program.use(Await.<Item>awaitLastOrNull(source));
      case 6 -> Await.<Item>awaitList(source).forEach(Program::use);
      case 7 -> Await.awaitCompletion(source);
      case 8 -> Program.use(Await.<Item>awaitLast(source));
      case 9 -> Program.use(Await.<Item>awaitFirstOrElse(source, this::other));
      case 10 ->
          Await.awaitCollect(source, Collectors.toCollection(ArrayDeque<Item>::new))
              .forEach(Program::use);
      case 11 -> Program.use(Await.<Item, IOException>awaitOrThrow(source, IOException.class));
      case 12 -> Program.use(Await.<Item>await(Await.<Item>awaitable(source)));
      default -> awaitFlow(FlowAdapters.toFlowPublisher(source));
    }
  }

  private Item other() {
    return new Item(program.ledger, program);
  }

  private void awaitFlow(Flow.Publisher<Item> source) {
    switch (program.random.nextInt(4)) {
      case 0 -> Program.use(Await.<Item>await(source));
      case 1 -> Program.use(Await.<Item>awaitFirstOrNull(source));
      case 2 -> Await.<Item>awaitList(source).forEach(Program::use);
      default -> Program.use(Await.<Item>await(Publishers.<Item>toPublisher(source)));
    }
  }

  void awaitObservable(Observable<Item> source) throws IOException {
    switch (program.random.nextInt(9)) {
      case 0 -> Program.use(RxJavaBridge.<Item>await(source));
      case 1 -> Program.use(RxJavaBridge.<Item>awaitFirstOrNull(source));
      case 2 -> Program.use(RxJavaBridge.<Item>awaitLastOrNull(source));
      case 3 -> RxJavaBridge.<Item>awaitList(source).forEach(Program::use);
      case 4 -> Program.use(RxJavaBridge.<Item>awaitOptional(source).orElse(null));
      case 5 -> RxJavaBridge.awaitCompletion(source);
      case 6 -> Program.use(Await.<Item>await(RxJavaBridge.<Item>awaitable(source)));
      case 7 ->
          Program.use(RxJavaBridge.<Item, IOException>awaitOrThrow(source, IOException.class));
      default -> {
        try (Cursor<Item> items = RxJavaBridge.<Item>iterate(source)) {
          take(items, most());
        }
      }
    }
  }

  Publisher<Item> throughReactor(Publisher<Item> source) {
    return switch (program.random.nextInt(5)) {
      case 0 -> Flux.from(source).map(item -> item);
      case 1 -> Flux.from(source).publishOn(Schedulers.parallel());
      case 2 -> Mono.from(source);
      case 3 -> Flux.from(source).subscribeOn(Schedulers.parallel()).filter(item -> true);
      default -> Flux.range(0, 1 + program.random.nextInt(MOST_ITEMS)).map(i -> other());
    };
  }

  Publisher<Item> throughRxJava(Publisher<Item> source) {
    return switch (program.random.nextInt(4)) {
      case 0 -> Flowable.fromPublisher(source).map(item -> item);
      case 1 ->
          Flowable.fromPublisher(source)
              .observeOn(io.reactivex.rxjava3.schedulers.Schedulers.computation());
      case 2 -> Flowable.fromPublisher(source).firstElement().toFlowable();
      default -> Flowable.range(0, 1 + program.random.nextInt(MOST_ITEMS)).map(i -> other());
    };
  }

  private void iterate(Publisher<Item> source) {
    int[] prefetches = {1, 2, 4, 256, Integer.MAX_VALUE};
    int prefetch = prefetches[program.random.nextInt(prefetches.length)];
    if (program.random.nextInt(8) == 0 && Coroutine.current() != null) {
      Cursor<Item> left = Publishers.iterate(source, prefetch); // its coroutine closes it
      program.ledger.leftOpen.add(left);
      take(left, most());
      return;
    }
    try (Cursor<Item> items = Publishers.iterate(source, prefetch)) {
      if (program.random.nextInt(8) == 0) {
        program.later(items::close);
      }
      take(items, most());
    }
  }

  private int most() {
    return program.random.nextInt(2) == 0 ? Integer.MAX_VALUE : program.random.nextInt(8);
  }

  /** Takes some; sometimes leaves behind one that was promised. */
  void take(Cursor<Item> items, int most) {
    int left = most;
    while (left-- > 0 && items.hasNext()) {
      if (left == 0 && most % 2 == 0) {
        return;
      }
      Program.use(items.next());
    }
  }

  private void stream(Publisher<Item> source) throws Exception {
    if (program.random.nextBoolean()) {
      Publishers.<Item, RuntimeException>forEach(source, Program::use);
      return;
    }
    try (Stream<Item> items = Publishers.stream(source)) {
      items.limit(program.random.nextInt(8)).forEach(Program::use);
    }
  }
}
