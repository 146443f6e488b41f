package io.bridge.benchmarks;

import static io.bridge.reactor.ReactorBridge.flux;

import io.bridge.Emitter;
import io.reactivex.rxjava3.core.Flowable;
import java.util.concurrent.Callable;
import kotlin.coroutines.CoroutineContext;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Schedulers;

/**
 * P6: a body emits, for a demand that is unbounded, renewed from onNext, or renewed from another
 * thread. "bridgeOutside" emits from a thread that has no interrupt window: the difference to
 * "bridge" is what it costs to close the window for each item.
 */
@State(Scope.Benchmark)
@SuppressWarnings({"MemberName", "NullAway.Init"}) // case_who; set up by JMH
public class P6Emit {

  @Param("1000000")
  int items;

  private Flux<Integer> bridge;
  private Flux<Integer> bridgeOutside;
  private Flux<Integer> generate;
  private Flux<Integer> create;
  private Flowable<Integer> flowable;

  @Setup
  public void sources() {
    bridge = flux(this::emitAll);
    bridgeOutside =
        flux(
            (Emitter<Integer> emitter) -> Thread.startVirtualThread(() -> emitAll(emitter)).join());
    Callable<Integer> first = () -> 0;
    generate =
        Flux.generate(
            first,
            (next, sink) -> {
              if (next < items) {
                sink.next(next);
              } else {
                sink.complete();
              }
              return next + 1;
            });
    create = Flux.create(sink -> sink.onRequest(new Creating(sink)::emit));
    flowable =
        Flowable.generate(
            () -> 0,
            (next, sink) -> {
              if (next < items) {
                sink.onNext(next);
              } else {
                sink.onComplete();
              }
              return next + 1;
            });
  }

  private void emitAll(Emitter<Integer> emitter) {
    for (int i = 0; i < items; i++) {
      emitter.emit(i);
    }
  }

  private final class Creating {

    private final FluxSink<Integer> sink;
    private int next;

    Creating(FluxSink<Integer> sink) {
      this.sink = sink;
    }

    void emit(long demand) {
      for (long i = 0; i < demand && next < items; i++) {
        sink.next(next++);
      }
      if (next == items) {
        sink.complete();
      }
    }
  }

  private Flux<Integer> kotlinx(CoroutineContext on) {
    return Kotlinx.emit(on, items);
  }

  private static void across(Flux<Integer> flux, int prefetch, Blackhole hole)
      throws InterruptedException {
    Drain.all(flux.publishOn(Schedulers.parallel(), prefetch), hole);
  }

  @Benchmark
  public void unbounded_bridge(Blackhole hole) throws InterruptedException {
    Drain.inBatches(bridge, Long.MAX_VALUE, hole);
  }

  @Benchmark
  public void unbounded_bridgeOutside(Blackhole hole) throws InterruptedException {
    Drain.inBatches(bridgeOutside, Long.MAX_VALUE, hole);
  }

  @Benchmark
  public void unbounded_generate(Blackhole hole) throws InterruptedException {
    Drain.inBatches(generate, Long.MAX_VALUE, hole);
  }

  @Benchmark
  public void unbounded_create(Blackhole hole) throws InterruptedException {
    Drain.inBatches(create, Long.MAX_VALUE, hole);
  }

  @Benchmark
  public void unbounded_rxGenerate(Blackhole hole) throws InterruptedException {
    Drain.inBatches(flowable, Long.MAX_VALUE, hole);
  }

  @Benchmark
  public void unbounded_kotlinxDefault(Blackhole hole) throws InterruptedException {
    Drain.inBatches(kotlinx(Kotlinx.onDefault()), Long.MAX_VALUE, hole);
  }

  @Benchmark
  public void unbounded_kotlinxUnconfined(Blackhole hole) throws InterruptedException {
    Drain.inBatches(kotlinx(Kotlinx.onUnconfined()), Long.MAX_VALUE, hole);
  }

  @Benchmark
  public void one_bridge(Blackhole hole) throws InterruptedException {
    Drain.inBatches(bridge, 1, hole);
  }

  @Benchmark
  public void one_generate(Blackhole hole) throws InterruptedException {
    Drain.inBatches(generate, 1, hole);
  }

  @Benchmark
  public void one_kotlinxDefault(Blackhole hole) throws InterruptedException {
    Drain.inBatches(kotlinx(Kotlinx.onDefault()), 1, hole);
  }

  @Benchmark
  public void batch32_bridge(Blackhole hole) throws InterruptedException {
    Drain.inBatches(bridge, 32, hole);
  }

  @Benchmark
  public void batch32_generate(Blackhole hole) throws InterruptedException {
    Drain.inBatches(generate, 32, hole);
  }

  @Benchmark
  public void batch32_kotlinxDefault(Blackhole hole) throws InterruptedException {
    Drain.inBatches(kotlinx(Kotlinx.onDefault()), 32, hole);
  }

  @Benchmark
  public void across32_bridge(Blackhole hole) throws InterruptedException {
    across(bridge, 32, hole);
  }

  @Benchmark
  public void across32_generate(Blackhole hole) throws InterruptedException {
    across(generate, 32, hole);
  }

  @Benchmark
  public void across32_kotlinxDefault(Blackhole hole) throws InterruptedException {
    across(kotlinx(Kotlinx.onDefault()), 32, hole);
  }

  @Benchmark
  public void across256_bridge(Blackhole hole) throws InterruptedException {
    across(bridge, 256, hole);
  }

  @Benchmark
  public void across256_generate(Blackhole hole) throws InterruptedException {
    across(generate, 256, hole);
  }

  @Benchmark
  public void across256_kotlinxDefault(Blackhole hole) throws InterruptedException {
    across(kotlinx(Kotlinx.onDefault()), 256, hole);
  }
}
