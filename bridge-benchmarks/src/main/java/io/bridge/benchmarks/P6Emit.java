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
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Scheduler;
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
        flux((Emitter<Integer> emitter) -> Thread.startVirtualThread(() -> emitAll(emitter)).join());
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

  private static long across(Flux<Integer> flux, int prefetch) throws InterruptedException {
    Scheduler other = Schedulers.parallel();
    return Sum.of(flux.publishOn(other, prefetch));
  }

  private static long all(Publisher<Integer> publisher) throws InterruptedException {
    return Count.all(publisher);
  }

  @Benchmark
  public long unbounded_bridge() throws InterruptedException {
    return all(bridge);
  }

  @Benchmark
  public long unbounded_bridgeOutside() throws InterruptedException {
    return all(bridgeOutside);
  }

  @Benchmark
  public long unbounded_generate() throws InterruptedException {
    return all(generate);
  }

  @Benchmark
  public long unbounded_create() throws InterruptedException {
    return all(create);
  }

  @Benchmark
  public long unbounded_rxGenerate() throws InterruptedException {
    return all(flowable);
  }

  @Benchmark
  public long unbounded_kotlinxDefault() throws InterruptedException {
    return all(kotlinx(Kotlinx.onDefault()));
  }

  @Benchmark
  public long unbounded_kotlinxUnconfined() throws InterruptedException {
    return all(kotlinx(Kotlinx.onUnconfined()));
  }

  @Benchmark
  public long one_bridge() throws InterruptedException {
    return Count.inBatches(bridge, 1);
  }

  @Benchmark
  public long one_generate() throws InterruptedException {
    return Count.inBatches(generate, 1);
  }

  @Benchmark
  public long one_kotlinxDefault() throws InterruptedException {
    return Count.inBatches(kotlinx(Kotlinx.onDefault()), 1);
  }

  @Benchmark
  public long batch32_bridge() throws InterruptedException {
    return Count.inBatches(bridge, 32);
  }

  @Benchmark
  public long batch32_generate() throws InterruptedException {
    return Count.inBatches(generate, 32);
  }

  @Benchmark
  public long batch32_kotlinxDefault() throws InterruptedException {
    return Count.inBatches(kotlinx(Kotlinx.onDefault()), 32);
  }

  @Benchmark
  public long across32_bridge() throws InterruptedException {
    return across(bridge, 32);
  }

  @Benchmark
  public long across32_generate() throws InterruptedException {
    return across(generate, 32);
  }

  @Benchmark
  public long across32_kotlinxDefault() throws InterruptedException {
    return across(kotlinx(Kotlinx.onDefault()), 32);
  }

  @Benchmark
  public long across256_bridge() throws InterruptedException {
    return across(bridge, 256);
  }

  @Benchmark
  public long across256_generate() throws InterruptedException {
    return across(generate, 256);
  }

  @Benchmark
  public long across256_kotlinxDefault() throws InterruptedException {
    return across(kotlinx(Kotlinx.onDefault()), 256);
  }
}
