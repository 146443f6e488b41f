package io.bridge.benchmarks;

import com.softwaremill.jox.Channel;
import io.reactivex.rxjava3.core.Flowable;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * P5: a loop over items that come from another thread, or from a source that hides how it could be
 * pulled. Jox's {@code flows} cannot be had here; its row is one of its channels alone, on which
 * {@code fromPublisher} is built.
 */
@State(Scope.Benchmark)
@SuppressWarnings({"MemberName", "NullAway.Init"}) // case_who; set up by JMH
public class P5IterateAcross {

  @Param("1000000")
  int items;

  private Flux<Integer> hidden;
  private Flux<Integer> publishOn;
  private Flux<Integer> publishOnHidden;
  private Flowable<Integer> observeOn;
  private Multi<Integer> multi;

  @Setup
  public void sources() {
    hidden = Flux.range(0, items).hide();
    publishOn = Flux.range(0, items).publishOn(Schedulers.parallel());
    publishOnHidden = publishOn.hide();
    observeOn =
        Flowable.range(0, items)
            .observeOn(io.reactivex.rxjava3.schedulers.Schedulers.computation());
    multi = Multi.createFrom().range(0, items).emitOn(Infrastructure.getDefaultExecutor());
  }

  @Benchmark
  public void hidden_bridge(Blackhole hole) {
    P4IterateFused.loop(hidden, hole);
  }

  @Benchmark
  public void hidden_floor(Blackhole hole) throws InterruptedException {
    Drain.all(hidden, hole);
  }

  @Benchmark
  public void hidden_toIterable(Blackhole hole) {
    P4IterateFused.loop(hidden.toIterable(), hole);
  }

  @Benchmark
  public void hidden_kotlinx(Blackhole hole) {
    Kotlinx.loop(hidden, hole);
  }

  @Benchmark
  public void publishOn_bridge(Blackhole hole) {
    P4IterateFused.loop(publishOn, hole);
  }

  @Benchmark
  public void publishOn_floor(Blackhole hole) throws InterruptedException {
    Drain.all(publishOn, hole);
  }

  @Benchmark
  public void publishOn_toIterable(Blackhole hole) {
    P4IterateFused.loop(publishOn.toIterable(), hole);
  }

  @Benchmark
  public void publishOn_kotlinx(Blackhole hole) {
    Kotlinx.loop(publishOn, hole);
  }

  @Benchmark
  public void publishOn_kotlinx256(Blackhole hole) {
    Kotlinx.loopBuffered(publishOn, 256, hole);
  }

  @Benchmark
  public void publishOn_mutiny(Blackhole hole) {
    P4IterateFused.loop(multi.subscribe().asIterable(), hole);
  }

  @Benchmark
  public void publishOn_joxChannel16(Blackhole hole) throws InterruptedException {
    joxChannel(16, hole);
  }

  @Benchmark
  public void publishOn_joxChannel256(Blackhole hole) throws InterruptedException {
    joxChannel(256, hole);
  }

  private void joxChannel(int capacity, Blackhole hole) throws InterruptedException {
    Channel<Integer> channel = Channel.newBufferedChannel(capacity);
    Thread sender =
        Thread.startVirtualThread(() -> {
          try {
            for (int i = 0; i < items; i++) {
              channel.send(i);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    for (int i = 0; i < items; i++) {
      hole.consume(channel.receive());
    }
    sender.join();
  }

  @Benchmark
  public void publishOnHidden_bridge(Blackhole hole) {
    P4IterateFused.loop(publishOnHidden, hole);
  }

  @Benchmark
  public void publishOnHidden_floor(Blackhole hole) throws InterruptedException {
    Drain.all(publishOnHidden, hole);
  }

  @Benchmark
  public void publishOnHidden_toIterable(Blackhole hole) {
    P4IterateFused.loop(publishOnHidden.toIterable(), hole);
  }

  @Benchmark
  public void publishOnHidden_kotlinx(Blackhole hole) {
    Kotlinx.loop(publishOnHidden, hole);
  }

  @Benchmark
  public void observeOn_bridge(Blackhole hole) {
    P4IterateFused.loop(observeOn, hole);
  }

  @Benchmark
  public void observeOn_floor(Blackhole hole) throws InterruptedException {
    Drain.all(observeOn, hole);
  }

  @Benchmark
  public void observeOn_blockingIterable(Blackhole hole) {
    P4IterateFused.loop(observeOn.blockingIterable(), hole);
  }

  @Benchmark
  public void observeOn_kotlinx(Blackhole hole) {
    Kotlinx.loop(observeOn, hole);
  }
}
