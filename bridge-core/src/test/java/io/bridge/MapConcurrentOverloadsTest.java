package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Processor;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("S7, section 1: the overloads of mapConcurrent take every shape of lambda")
@Timeout(60)
class MapConcurrentOverloadsTest {

  /** A query as jOOQ has it: rows to be had one way or the other. */
  private record Query(List<String> rows) implements Publisher<String>, Iterable<String> {

    @Override
    public void subscribe(Subscriber<? super String> subscriber) {
      Publishers.<String>fromIterable(rows).subscribe(subscriber);
    }

    @Override
    public Iterator<String> iterator() {
      return rows.iterator();
    }
  }

  private static final Publisher<String> ITEMS = Publishers.fromIterable(List.of("a", "bb"));

  private static int length(String item) throws IOException {
    if (item.isEmpty()) {
      throw new IOException("empty");
    }
    return item.length();
  }

  private static <T> List<T> rest(Cursor<T> items) {
    List<T> seen = new ArrayList<>();
    try (items) {
      items.forEachRemaining(seen::add);
    }
    return seen;
  }

  @Test
  @DisplayName("expressions, blocks, method references; bodies that throw, return null, or widen")
  void lambdas() {
    Flow.Publisher<String> flow = FlowAdapters.toFlowPublisher(ITEMS);
    List<String> list = List.of("a", "bb");

    Cursor<Integer> expression = Await.mapConcurrent(ITEMS, 2, item -> item.length());
    Cursor<Integer> ofFlow = Await.mapConcurrent(flow, 2, item -> item.length());
    List<Integer> ofList = Await.mapConcurrent(list, 2, item -> item.length());
    Cursor<Integer> reference = Await.mapConcurrent(ITEMS, 2, MapConcurrentOverloadsTest::length);
    Cursor<Integer> referenceOfFlow = Await.mapConcurrent(flow, 2, String::length);
    List<Integer> referenceOfList = Await.mapConcurrent(list, 2, String::length);
    Cursor<CharSequence> wider = Await.mapConcurrentUnordered(ITEMS, 2, item -> item);
    Cursor<Integer> throwing =
        Await.mapConcurrentUnordered(
            flow,
            2,
            item -> {
              int length = length(item);
              return length;
            });
    List<Integer> block =
        Await.mapConcurrent(
            list,
            2,
            item -> {
              if (item.isEmpty()) {
                throw new IOException("empty");
              }
              return item.length();
            });

    assertThat(rest(expression)).isEqualTo(rest(ofFlow)).isEqualTo(ofList).containsExactly(1, 2);
    assertThat(rest(reference)).isEqualTo(rest(referenceOfFlow)).containsExactly(1, 2);
    assertThat(referenceOfList).isEqualTo(block).containsExactly(1, 2);
    assertThat(rest(wider)).containsExactlyInAnyOrder("a", "bb");
    assertThat(rest(throwing)).containsExactlyInAnyOrder(1, 2);
    assertThat(rest(Await.mapConcurrent(ITEMS, 2, item -> item.equals("a") ? null : item)))
        .containsExactly("bb");
    int sum = 0;
    try (var lengths = Await.mapConcurrent(ITEMS, 2, item -> item.length())) {
      for (int length : lengths) {
        sum += length;
      }
    }
    assertThat(sum).isEqualTo(3);
  }

  @Test
  @DisplayName("a processor is a publisher; what is a publisher and an iterable says which")
  void several() {
    Publisher<? extends CharSequence> wild = ITEMS;
    Query query = new Query(List.of("a", "bb"));
    Cursor<Integer> asPublisher =
        Await.mapConcurrent((Publisher<String>) query, 2, row -> row.length());
    List<Integer> asIterable =
        Await.mapConcurrent((Iterable<String>) query, 2, row -> row.length());
    assertThat(rest(asPublisher)).isEqualTo(asIterable).containsExactly(1, 2);
    assertThat(rest(Await.mapConcurrent(wild, 2, text -> text.length()))).containsExactly(1, 2);
    Processor<String, String> processor = new Pass();
    assertThat(rest(Await.mapConcurrent(processor, 2, item -> item + "!")))
        .containsExactly("a!", "bb!");
    try (Cursor<String> cursor = Publishers.iterate(ITEMS)) {
      assertThat(Await.mapConcurrent(cursor, 2, item -> item + "!"))
          .as("a cursor is an iterable")
          .containsExactly("a!", "bb!");
    }
  }

  /** The publishing side only. */
  private static final class Pass implements Processor<String, String> {

    @Override
    public void subscribe(Subscriber<? super String> subscriber) {
      ITEMS.subscribe(subscriber);
    }

    @Override
    public void onSubscribe(Subscription subscription) {}

    @Override
    public void onNext(String item) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }
}
