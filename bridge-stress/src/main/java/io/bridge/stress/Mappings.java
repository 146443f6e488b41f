package io.bridge.stress;

import io.bridge.Await;
import io.bridge.Cursor;
import io.bridge.reactor.ReactorBridge;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.core.Flowable;
import java.time.Duration;
import java.util.List;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;

/** Steps that run code for each item of a source, some at a time. */
final class Mappings {

  private final Program program;
  private final Awaits awaits;

  Mappings(Program program) {
    this.program = program;
    this.awaits = new Awaits(program);
  }

  /** Draws a step. */
  void step() throws Exception {
    int limit = 1 + program.random.nextInt(3);
    switch (program.random.nextInt(9)) {
      case 0 ->
          Await.<Program, Item>mapConcurrent(branches(), limit, Program::run).forEach(Program::use);
      case 1 ->
          Await.<Program, Item>mapConcurrentUnordered(branches(), limit, Program::run)
              .forEach(Program::use);
      case 2 -> take(Await.<Item, Item>mapConcurrent(program.legal(), limit, this::map));
      case 3 -> take(Await.<Item, Item>mapConcurrentUnordered(program.hostile(), limit, this::map));
      case 4 ->
          take(
              Await.<Item, Item>mapConcurrent(
                  FlowAdapters.toFlowPublisher(program.hostile()), limit, this::map));
      case 5 ->
          awaits.consume(
              Flux.from(program.legal())
                  .transform(ReactorBridge.<Item, Item>mapAwait(limit, this::map)));
      case 6 ->
          awaits.consume(
              Flux.from(program.legal())
                  .transform(ReactorBridge.<Item, Item>mapAwaitUnordered(limit, this::map)));
      case 7 ->
          awaits.consume(
              Flowable.fromPublisher(program.legal())
                  .compose(RxJavaBridge.<Item, Item>mapAwaitFlowable(limit, this::map)));
      default ->
          awaits.consume(
              Flowable.fromPublisher(program.legal())
                  .compose(RxJavaBridge.<Item, Item>mapAwaitFlowableUnordered(limit, this::map)));
    }
  }

  private List<Program> branches() {
    Program inside = program.branch();
    return List.of(inside.branch(), inside.branch(), inside.branch());
  }

  private void take(Cursor<Item> cursor) {
    try (cursor) {
      awaits.take(cursor, program.random.nextInt(8));
    }
  }

  /** What a run does; several run at once, so it draws nothing from a shared branch. */
  private Item map(Item item) throws Exception {
    Program.use(item);
    program.ledger.bodies.incrementAndGet();
    try {
      program.checkContext();
      Thread.sleep(Duration.ofNanos(Math.floorMod(program.id, 300_000)));
      return new Item(program.ledger, "a run of " + program).owe();
    } finally {
      program.ledger.bodies.decrementAndGet();
    }
  }
}
