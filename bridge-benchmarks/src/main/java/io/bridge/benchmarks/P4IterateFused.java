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
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** P4: a loop over items that their source computes in place. The floor is subscribe. */
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

  static long loop(Publisher<Integer> publisher) {
    long sum = 0;
    try (Cursor<Integer> cursor = Publishers.iterate(publisher)) {
      for (int item : cursor) {
        sum += item;
      }
    }
    return sum;
  }

  static long loop(Iterable<Integer> iterable) {
    long sum = 0;
    for (int item : iterable) {
      sum += item;
    }
    return sum;
  }

  @Benchmark
  public long range_bridge() {
    return loop(range);
  }

  @Benchmark
  public long range_floor() throws InterruptedException {
    return Sum.of(range);
  }

  @Benchmark
  public long range_toIterable() {
    return loop(range.toIterable());
  }

  @Benchmark
  public long range_toStream() {
    try (Stream<Integer> stream = range.toStream()) {
      return stream.mapToLong(Integer::longValue).sum();
    }
  }

  @Benchmark
  public long range_bridgeStream() {
    try (Stream<Integer> stream = Publishers.stream(range)) {
      return stream.mapToLong(Integer::longValue).sum();
    }
  }

  @Benchmark
  public long range_mutiny() {
    return loop(multi.subscribe().asIterable());
  }

  @Benchmark
  public long range_kotlinx() {
    return Kotlinx.sum(range);
  }

  @Benchmark
  public long range_kotlinx256() {
    return Kotlinx.sumBuffered(range, 256);
  }

  @Benchmark
  public long mapFilter_bridge() {
    return loop(mapped);
  }

  @Benchmark
  public long mapFilter_floor() throws InterruptedException {
    return Sum.of(mapped);
  }

  @Benchmark
  public long mapFilter_toIterable() {
    return loop(mapped.toIterable());
  }

  @Benchmark
  public long mapFilter_kotlinx() {
    return Kotlinx.sum(mapped);
  }

  @Benchmark
  public long fromIterable_bridge() {
    return loop(list);
  }

  @Benchmark
  public long fromIterable_floor() throws InterruptedException {
    return Sum.of(list);
  }

  @Benchmark
  public long fromIterable_toIterable() {
    return loop(list.toIterable());
  }

  @Benchmark
  public long fromIterable_kotlinx() {
    return Kotlinx.sum(list);
  }

  @Benchmark
  public long flowable_bridge() {
    return loop(flowable);
  }

  @Benchmark
  public long flowable_floor() throws InterruptedException {
    return Sum.of(flowable);
  }

  @Benchmark
  public long flowable_blockingIterable() {
    return loop(flowable.blockingIterable());
  }

  @Benchmark
  public long flowable_kotlinx() {
    return Kotlinx.sum(flowable);
  }
}
