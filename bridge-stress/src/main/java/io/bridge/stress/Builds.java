package io.bridge.stress;

import io.bridge.Emitter;
import io.bridge.Publishers;
import io.bridge.completablefuture.CompletableFutureBridge;
import io.bridge.reactor.ReactorBridge;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.reactivestreams.FlowAdapters;
import reactor.core.scheduler.Schedulers;

/** Steps that make a reactive type of a program, on its own threads or another's, and await it. */
final class Builds {

  private static final int MOST_ITEMS = 4;

  private final Program program;
  private final Awaits awaits;

  Builds(Program program) {
    this.program = program;
    this.awaits = new Awaits(program);
  }

  /** Draws a step. */
  void step() throws Exception {
    Program inside = program.branch();
    switch (program.random.nextInt(12)) {
      case 0, 1 -> mono(inside);
      case 2 -> single(inside);
      case 3 -> maybe(inside);
      case 4 -> completable(inside);
      case 5 -> future(inside);
      case 6 -> publisher(inside);
      case 7 -> flux(inside);
      case 8 -> flowable(inside);
      case 9 -> observable(inside);
      case 10 -> flow(inside);
      default -> blocking();
    }
  }

  private boolean elsewhere() {
    return program.random.nextInt(3) == 0;
  }

  private static Scheduler computation() {
    return io.reactivex.rxjava3.schedulers.Schedulers.computation();
  }

  private void mono(Program inside) throws Exception {
    var mono =
        elsewhere()
            ? ReactorBridge.<Item>mono(Schedulers.parallel(), inside::runOwingToReactor)
            : ReactorBridge.<Item>mono(inside::runOwingToReactor);
    switch (program.random.nextInt(4)) {
      case 0 -> awaits.consume(mono);
      case 1 -> Program.use(ReactorBridge.awaitSingle(mono));
      default -> Program.use(ReactorBridge.await(mono));
    }
  }

  private void single(Program inside) {
    Single<Item> single =
        elsewhere()
            ? RxJavaBridge.<Item>single(computation(), inside::runOwing)
            : RxJavaBridge.<Item>single(inside::runOwing);
    Program.use(RxJavaBridge.await(single));
  }

  private void maybe(Program inside) {
    Maybe<Item> maybe =
        elsewhere()
            ? RxJavaBridge.<Item>maybe(computation(), inside::runOwing)
            : RxJavaBridge.<Item>maybe(inside::runOwing);
    if (program.random.nextBoolean()) {
      Program.use(RxJavaBridge.await(maybe));
    } else {
      Program.use(RxJavaBridge.awaitOptional(maybe).orElse(null));
    }
  }

  private void completable(Program inside) {
    if (elsewhere()) {
      RxJavaBridge.await(RxJavaBridge.completable(computation(), () -> Program.use(inside.run())));
    } else {
      RxJavaBridge.await(RxJavaBridge.completable(() -> Program.use(inside.run())));
    }
  }

  private void future(Program inside) {
    CompletableFuture<Item> future =
        elsewhere()
            ? CompletableFutureBridge.<Item>future(program.workshop.executor(), inside::runOwing)
            : CompletableFutureBridge.<Item>future(inside::runOwing);
    Program.use(CompletableFutureBridge.awaitOrCancel(future));
  }

  private void publisher(Program inside) throws Exception {
    awaits.consume(
        elsewhere()
            ? Publishers.<Item>publisher(program.workshop.executor(), emitting(inside))
            : Publishers.<Item>publisher(emitting(inside)));
  }

  private void flux(Program inside) throws Exception {
    awaits.consume(
        elsewhere()
            ? ReactorBridge.<Item>flux(
                Schedulers.parallel(), emitting(inside, Program::owingToReactor))
            : ReactorBridge.<Item>flux(emitting(inside, Program::owingToReactor)));
  }

  private void flowable(Program inside) throws Exception {
    awaits.consume(
        elsewhere()
            ? RxJavaBridge.<Item>flowable(computation(), emitting(inside))
            : RxJavaBridge.<Item>flowable(emitting(inside)));
  }

  private void observable(Program inside) throws Exception {
    awaits.awaitObservable(
        elsewhere()
            ? RxJavaBridge.<Item>observable(computation(), emitting(inside))
            : RxJavaBridge.<Item>observable(emitting(inside)));
  }

  private void flow(Program inside) throws Exception {
    awaits.consume(
        FlowAdapters.toPublisher(
            elsewhere()
                ? Publishers.<Item>flowPublisher(program.workshop.executor(), emitting(inside))
                : Publishers.<Item>flowPublisher(emitting(inside))));
  }

  /**
   * A body that emits between its steps; what it emits is received or given up, also if emit
   * throws.
   */
  private static Emitter.Body<Item> emitting(Program inside) {
    return emitting(inside, Item::owe);
  }

  private static Emitter.Body<Item> emitting(Program inside, UnaryOperator<Item> owe) {
    return emitter -> {
      inside.ledger.bodies.incrementAndGet();
      try {
        inside.checkContext();
        int items = inside.random.nextInt(MOST_ITEMS);
        for (int i = 0; i < items; i++) {
          emitter.emit(owe.apply(new Item(inside.ledger, "an emit of " + inside)));
          inside.stepSometimes();
        }
      } catch (Throwable t) {
        inside.ledger.seen(inside.id, t);
        throw t;
      } finally {
        inside.ledger.bodies.decrementAndGet();
      }
    };
  }

  /** What is iterated over is there already: an item is owed from when the source gives it. */
  private void blocking() throws Exception {
    List<Item> items = new ArrayList<>();
    int size = program.random.nextInt(8);
    for (int i = 0; i < size; i++) {
      items.add(new Item(program.ledger, "an iterable of " + program));
    }
    switch (program.random.nextInt(3)) {
      case 0 -> awaits.consume(Publishers.fromIterable(() -> owing(items)));
      case 1 -> awaits.consume(Publishers.fromIterator(owing(items)));
      default -> awaits.consume(Publishers.fromStream(items.stream().map(Item::owe)));
    }
  }

  private static Iterator<Item> owing(List<Item> items) {
    return items.stream().map(Item::owe).iterator();
  }
}
