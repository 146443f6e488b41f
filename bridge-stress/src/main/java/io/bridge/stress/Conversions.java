package io.bridge.stress;

import io.bridge.Publishers;
import io.bridge.completablefuture.CompletableFutureBridge;
import io.bridge.reactor.ReactorBridge;
import io.bridge.rxjava.RxJavaBridge;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;

/** Steps that await a group of sources, or one by the way of another library's type. */
final class Conversions {

  private final Program program;
  private final Parts parts;
  private final Awaits awaits;

  Conversions(Program program) {
    this.program = program;
    this.parts = new Parts(program);
    this.awaits = new Awaits(program);
  }

  /** Draws a step. */
  void step() throws Exception {
    switch (program.random.nextInt(12)) {
      case 0, 1, 2 -> parts.step();
      case 3 -> Program.use(ReactorBridge.await(ReactorBridge.<Item>toMono(parts.awaitable())));
      case 4 -> Program.use(RxJavaBridge.await(RxJavaBridge.<Item>toMaybe(parts.awaitable())));
      case 5 -> Program.use(RxJavaBridge.await(RxJavaBridge.<Item>toSingle(parts.awaitable())));
      case 6 -> RxJavaBridge.await(RxJavaBridge.toCompletable(parts.awaitable()));
      case 7 -> awaits.consume(Publishers.<Item>toPublisher(parts.awaitable()));
      case 8 -> future();
      case 9 -> awaits.consume(ReactorBridge.<Item>toFlux(awaits.throughRxJava(program.legal())));
      case 10 ->
          awaits.consume(RxJavaBridge.<Item>toFlowable(awaits.throughReactor(program.legal())));
      default -> passing();
    }
  }

  private void future() {
    CompletableFuture<? extends @Nullable Item> future =
        CompletableFutureBridge.<@Nullable Item>toCompletableFuture(parts.awaitable());
    Program.use(CompletableFutureBridge.<@Nullable Item>awaitOrCancel(future));
  }

  private void passing() throws Exception {
    if (program.random.nextBoolean()) {
      awaits.awaitObservable(RxJavaBridge.<Item>toObservable(program.legal()));
    } else {
      awaits.consume(FlowAdapters.toPublisher(Publishers.<Item>toFlowPublisher(program.legal())));
    }
  }
}
