package io.bridge.benchmarks;

import io.bridge.Cursor;
import io.bridge.Publishers;
import io.reactivex.rxjava3.core.Flowable;
import io.smallrye.mutiny.Multi;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * P4: a loop over items that their source computes in place. The floor is subscribe. All items go
 * into a black hole: else the compiler makes no boxes in the floor, which no real consumer allows.
 */
@State(Scope.Benchmark)
@SuppressWarnings({"MemberName", "NullAway.Init"}) // case_who; set up by JMH
public class P4IterateFused {

  @Param("1000000")
  int items;

  private Flux<Integer> range;
  private Flux<Integer> mapped;
  private Flux<Integer> list;
  private Flowable<Integer> flowable;
  private Multi<Integer> multi;

  @Setup
  public void sources() {
    List<Integer> boxes = IntStream.range(0, items).boxed().toList();
    range = Flux.range(0, items);
    mapped = range.map(i -> i + 1).filter(i -> i > 0);
    list = Flux.fromIterable(boxes);
    flowable = Flowable.range(0, items);
    multi = Multi.createFrom().range(0, items);
  }

  static void loop(Publisher<Integer> publisher, Blackhole hole) {
    try (Cursor<Integer> cursor = Publishers.iterate(publisher)) {
      for (Integer item : cursor) {
        hole.consume(item);
      }
    }
  }

  static void loop(Iterable<Integer> iterable, Blackhole hole) {
    for (Integer item : iterable) {
      hole.consume(item);
    }
  }

  @Benchmark
  public void range_bridge(Blackhole hole) {
    loop(range, hole);
  }

  @Benchmark
  public void range_floor(Blackhole hole) throws InterruptedException {
    Drain.all(range, hole);
  }

  @Benchmark
  public void range_toIterable(Blackhole hole) {
    loop(range.toIterable(), hole);
  }

  @Benchmark
  public void range_toStream(Blackhole hole) {
    try (Stream<Integer> stream = range.toStream()) {
      stream.forEach(hole::consume);
    }
  }

  @Benchmark
  public void range_bridgeStream(Blackhole hole) {
    try (Stream<Integer> stream = Publishers.stream(range)) {
      stream.forEach(hole::consume);
    }
  }

  @Benchmark
  public void range_mutiny(Blackhole hole) {
    loop(multi.subscribe().asIterable(), hole);
  }

  @Benchmark
  public void range_kotlinx(Blackhole hole) {
    Kotlinx.loop(range, hole);
  }

  @Benchmark
  public void range_kotlinx256(Blackhole hole) {
    Kotlinx.loopBuffered(range, 256, hole);
  }

  @Benchmark
  public void mapFilter_bridge(Blackhole hole) {
    loop(mapped, hole);
  }

  @Benchmark
  public void mapFilter_floor(Blackhole hole) throws InterruptedException {
    Drain.all(mapped, hole);
  }

  @Benchmark
  public void mapFilter_toIterable(Blackhole hole) {
    loop(mapped.toIterable(), hole);
  }

  @Benchmark
  public void mapFilter_kotlinx(Blackhole hole) {
    Kotlinx.loop(mapped, hole);
  }

  @Benchmark
  public void fromIterable_bridge(Blackhole hole) {
    loop(list, hole);
  }

  @Benchmark
  public void fromIterable_floor(Blackhole hole) throws InterruptedException {
    Drain.all(list, hole);
  }

  @Benchmark
  public void fromIterable_toIterable(Blackhole hole) {
    loop(list.toIterable(), hole);
  }

  @Benchmark
  public void fromIterable_kotlinx(Blackhole hole) {
    Kotlinx.loop(list, hole);
  }

  @Benchmark
  public void flowable_bridge(Blackhole hole) {
    loop(flowable, hole);
  }

  @Benchmark
  public void flowable_floor(Blackhole hole) throws InterruptedException {
    Drain.all(flowable, hole);
  }

  @Benchmark
  public void flowable_blockingIterable(Blackhole hole) {
    loop(flowable.blockingIterable(), hole);
  }

  @Benchmark
  public void flowable_kotlinx(Blackhole hole) {
    Kotlinx.loop(flowable, hole);
  }
}
