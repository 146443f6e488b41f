package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A12 the items of a fold that has no outcome")
@Timeout(60)
class AwaitFoldTest {

  private final RuntimeException failure = new RuntimeException("of the source");
  private final RuntimeException ofContainer = new RuntimeException("of the container");

  private final Undelivered lost = new Undelivered();
  private final Probe<String> probe = new Probe<>();

  @AfterEach
  void close() {
    lost.close();
  }

  /** Does something inside each add. */
  private static class Container extends AbstractList<String> {
    private final List<String> items = new ArrayList<>();
    private final Runnable inAdd;

    Container(Runnable inAdd) {
      this.inAdd = inAdd;
    }

    @Override
    public boolean add(String item) {
      inAdd.run();
      return items.add(item);
    }

    @Override
    public String get(int index) {
      return items.get(index);
    }

    @Override
    public int size() {
      return items.size();
    }
  }

  /** A container whose items nobody can ask for. */
  private static final class Closed extends Container {
    private final RuntimeException failure;

    Closed(RuntimeException failure) {
      super(() -> {});
      this.failure = failure;
    }

    @Override
    public void forEach(Consumer<? super String> action) {
      throw failure;
    }
  }

  private static Collector<String, List<String>, Integer> into(List<String> container) {
    return Collector.of(
        () -> container,
        List::add,
        (a, b) -> {
          throw new AssertionError("sequential");
        },
        List::size);
  }

  private Throwable collected(List<String> container) {
    return catchThrowable(
        () -> Await.<String, List<String>, Integer>awaitCollect(probe, into(container)));
  }

  @Test
  @DisplayName("A12 the source fails: its failure arrives, the items before it are given up")
  void failingSource() {
    probe.onRequest(p -> p.next("a").next("b").fail(failure));

    assertThat(collected(new ArrayList<>())).isSameAs(failure);
    assertThat(lost.values()).containsExactly("a", "b");
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A11 A12 a container that throws while its items are given up: reported")
  void throwingContainer() {
    probe.onRequest(p -> p.next("a").fail(failure));

    assertThat(collected(new Closed(ofContainer))).isSameAs(failure);
    assertThat(lost.failures()).containsExactly(ofContainer);
  }

  @Test
  @DisplayName("A11 a second end, and items behind the end, change nothing; the items are given up")
  void behindTheEnd() {
    probe.onRequest(p -> p.next("a").complete().next("b").complete().fail(failure));
    int size = Await.<String, List<String>, Integer>awaitCollect(probe, into(new ArrayList<>()));

    assertThat(size).isEqualTo(1);
    assertThat(lost.values()).containsExactly("b");
    assertThat(lost.failures()).containsExactly(failure);
  }

  @Test
  @DisplayName("A11 an end that comes inside the accumulator counts behind its item")
  void endInsideItem() {
    List<String> container = new Container(() -> probe.complete());
    probe.onRequest(p -> p.next("a"));

    int size = Await.<String, List<String>, Integer>awaitCollect(probe, into(container));
    assertThat(size).isEqualTo(1);
    assertThat(lost.values()).isEmpty();
  }

  @Test
  @DisplayName("A11 A12 an item that comes inside the accumulator of another is given up")
  void itemInsideItem() {
    List<String> container = new Container(() -> probe.next("inside"));
    probe.onRequest(p -> p.next("a").complete());

    int size = Await.<String, List<String>, Integer>awaitCollect(probe, into(container));
    assertThat(size).isEqualTo(1);
    assertThat(lost.values()).containsExactly("inside");
  }

  @Test
  @DisplayName("A11 A12 a finisher that throws: its failure arrives, the items are given up")
  void throwingFinisher() {
    probe.onRequest(p -> p.next("a").next("b").complete());
    Collector<String, List<String>, Integer> collector =
        Collector.of(
            ArrayList::new,
            List::add,
            (a, b) -> {
              throw new AssertionError("sequential");
            },
            items -> {
              throw failure;
            });

    assertThat(
            catchThrowable(
                () -> Await.<String, List<String>, Integer>awaitCollect(probe, collector)))
        .isSameAs(failure);
    assertThat(lost.values()).containsExactly("a", "b");
    assertThat(lost.failures()).isEmpty();
    assertThat(probe.cancels()).isZero();
  }

  @Test
  @DisplayName("A5 A12 request throws behind items: its failure arrives, the items are given up")
  void throwingRequest() {
    probe.onRequest(p -> {
      p.next("a").next("b");
      throw failure;
    });

    assertThat(collected(new ArrayList<>())).isSameAs(failure);
    assertThat(lost.values()).containsExactly("a", "b");
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A11 A12 a null behind items ends the await, the items are given up")
  void nullItem() {
    probe.onRequest(p -> {
      p.next("a");
      assertThat(catchThrowable(() -> p.subscriber().onNext(Nulls.<String>smuggled())))
          .isInstanceOf(NullPointerException.class);
    });

    assertThat(collected(new ArrayList<>())).isInstanceOf(NullPointerException.class);
    assertThat(lost.values()).containsExactly("a");
  }
}
