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
  public long hidden_bridge() {
    return P4IterateFused.loop(hidden);
  }

  @Benchmark
  public long hidden_floor() throws InterruptedException {
    return Sum.of(hidden);
  }

  @Benchmark
  public long hidden_toIterable() {
    return P4IterateFused.loop(hidden.toIterable());
  }

  @Benchmark
  public long hidden_kotlinx() {
    return Kotlinx.sum(hidden);
  }

  @Benchmark
  public long publishOn_bridge() {
    return P4IterateFused.loop(publishOn);
  }

  @Benchmark
  public long publishOn_floor() throws InterruptedException {
    return Sum.of(publishOn);
  }

  @Benchmark
  public long publishOn_toIterable() {
    return P4IterateFused.loop(publishOn.toIterable());
  }

  @Benchmark
  public long publishOn_kotlinx() {
    return Kotlinx.sum(publishOn);
  }

  @Benchmark
  public long publishOn_kotlinx256() {
    return Kotlinx.sumBuffered(publishOn, 256);
  }

  @Benchmark
  public long publishOn_mutiny() {
    return P4IterateFused.loop(multi.subscribe().asIterable());
  }

  @Benchmark
  public long publishOn_joxChannel16() throws InterruptedException {
    return joxChannel(16);
  }

  @Benchmark
  public long publishOn_joxChannel256() throws InterruptedException {
    return joxChannel(256);
  }

  private long joxChannel(int capacity) throws InterruptedException {
    Channel<Integer> channel = Channel.newBufferedChannel(capacity);
    Thread sender =
        Thread.startVirtualThread(
            () -> {
              try {
                for (int i = 0; i < items; i++) {
                  channel.send(i);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    long sum = 0;
    for (int i = 0; i < items; i++) {
      sum += channel.receive();
    }
    sender.join();
    return sum;
  }

  @Benchmark
  public long publishOnHidden_bridge() {
    return P4IterateFused.loop(publishOnHidden);
  }

  @Benchmark
  public long publishOnHidden_floor() throws InterruptedException {
    return Sum.of(publishOnHidden);
  }

  @Benchmark
  public long publishOnHidden_toIterable() {
    return P4IterateFused.loop(publishOnHidden.toIterable());
  }

  @Benchmark
  public long publishOnHidden_kotlinx() {
    return Kotlinx.sum(publishOnHidden);
  }

  @Benchmark
  public long observeOn_bridge() {
    return P4IterateFused.loop(observeOn);
  }

  @Benchmark
  public long observeOn_floor() throws InterruptedException {
    return Sum.of(observeOn);
  }

  @Benchmark
  public long observeOn_blockingIterable() {
    return P4IterateFused.loop(observeOn.blockingIterable());
  }

  @Benchmark
  public long observeOn_kotlinx() {
    return Kotlinx.sum(observeOn);
  }
}
