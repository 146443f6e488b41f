package io.bridge.examples;

import static io.bridge.Await.awaitList;
import static io.bridge.Publishers.iterate;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Cursor;
import io.reactivex.rxjava3.core.Flowable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** The windows of docs/guide/pitfalls.md. */
class WindowsTest {

  private static long sum(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).sum();
  }

  @Test
  @DisplayName("I1: RxJava abandons a window that nobody has subscribed to inside onNext")
  void abandoned() {
    int seen = 0;
    try (Cursor<Flowable<Long>> windows = iterate(Flowable.rangeLong(0, 100).window(10))) {
      for (Flowable<Long> window : windows) {
        seen += awaitList(window).size();
      }
    }
    assertThat(seen).isEqualTo(10);
  }

  @Test
  @DisplayName("I1: what an operator has collected reaches the loop whole")
  void collected() {
    Flowable<Long> numbers = Flowable.rangeLong(0, 100);
    List<Long> sums = new ArrayList<>();
    // tag::collected[]
    try (Cursor<List<Long>> windows =
        iterate(numbers.window(10).concatMapSingle(Flowable::toList))) {
      for (List<Long> window : windows) { // with window(10) alone, one of ten items of each
        sums.add(sum(window));
      }
    }
    // end::collected[]
    assertThat(sums).hasSize(10).startsWith(45L, 145L);
  }

  @Test
  @DisplayName("I1: Reactor's windows wait for their subscriber")
  void ofReactor() {
    int seen = 0;
    try (Cursor<Flux<Integer>> windows = iterate(Flux.range(0, 100).window(10))) {
      for (Flux<Integer> window : windows) {
        seen += awaitList(window).size();
      }
    }
    assertThat(seen).isEqualTo(100);
  }
}
