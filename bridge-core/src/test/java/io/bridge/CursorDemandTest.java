package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Steps;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.FlowAdapters;

@DisplayName("I3 what a cursor requests, and when")
@Timeout(60)
class CursorDemandTest {

  private final Probe<Integer> probe = new Probe<>();

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      probe.next(i);
    }
  }

  private static void take(Cursor<Integer> items, int count) {
    for (int i = 0; i < count; i++) {
      items.next();
    }
  }

  @Test
  @DisplayName("I3 256 at first, then 192 whenever 192 were taken")
  void byDefault() {
    try (Cursor<Integer> items = Publishers.iterate(probe)) {
      assertThat(probe.requests()).containsExactly(256L);
      send(256);
      take(items, 191);
      assertThat(probe.requests()).containsExactly(256L);
      take(items, 1);
      assertThat(probe.requests()).containsExactly(256L, 192L);
      send(192);
      take(items, 191);
      assertThat(probe.requests()).containsExactly(256L, 192L);
      take(items, 1);
      assertThat(probe.requests()).containsExactly(256L, 192L, 192L);
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "3, 3", "4, 3", "5, 4", "64, 48", "100000, 75000"})
  @DisplayName("I3 a prefetch of one's own is renewed at 75 % of it, and never more is outstanding")
  void given(int prefetch, long renewal) {
    try (Cursor<Integer> items = Publishers.iterate(probe, prefetch)) {
      assertThat(probe.requests()).containsExactly((long) prefetch);
      send(prefetch);
      take(items, (int) renewal);
      assertThat(probe.requests()).containsExactly((long) prefetch, renewal);
      send((int) renewal);
      take(items, prefetch);
    }
  }

  @Test
  @DisplayName("I3 after the end nothing is requested")
  void afterTheEnd() {
    try (Cursor<Integer> items = Publishers.iterate(probe, 4)) {
      send(4);
      probe.complete();
      take(items, 4);
      assertThat(items.hasNext()).isFalse();
      assertThat(probe.requests()).containsExactly(4L);
    }
  }

  @Test
  @DisplayName("I3 prefetch 1 requests only when the loop asks, and one item a time")
  void lazy() {
    probe.onRequest(p -> p.next(p.requests().size()));
    try (Cursor<Integer> items = Publishers.iterate(probe, 1)) {
      assertThat(probe.requests()).isEmpty();
      assertThat(items.next()).isEqualTo(1);
      assertThat(probe.requests()).containsExactly(1L);
      assertThat(items.hasNext()).isTrue();
      assertThat(items.hasNext()).isTrue();
      assertThat(probe.requests()).containsExactly(1L, 1L);
      assertThat(items.next()).isEqualTo(2);
    }
    assertThat(probe.requests()).containsExactly(1L, 1L);
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I3 prefetch 1 that waits, is woken for nothing and waits on requests once")
  void lazyOnce() {
    Cursor<Integer> items = Publishers.iterate(probe, 1);
    Fork<Integer> loop = Fork.virtual(items::next);
    probe.awaitRequest();
    loop.awaitParked();
    java.util.concurrent.locks.LockSupport.unpark(loop.thread());
    probe.next(7);
    assertThat(loop.join()).isEqualTo(7);
    items.close();
    assertThat(probe.requests()).containsExactly(1L);
  }

  @Test
  @DisplayName("I3 Integer.MAX_VALUE requests Long.MAX_VALUE, once")
  void unbounded() {
    try (Cursor<Integer> items = Publishers.iterate(probe, Integer.MAX_VALUE)) {
      send(100_000);
      probe.complete();
      take(items, 100_000);
      assertThat(items.hasNext()).isFalse();
    }
    assertThat(probe.requests()).containsExactly(Long.MAX_VALUE);
  }

  @Test
  @DisplayName("I3 a demand that was made before a late onSubscribe is requested with it, once")
  void lateOnSubscribe() {
    probe.onSubscribe(withheld -> {});
    Cursor<Integer> items = Publishers.iterate(probe, 1);
    Fork<Integer> loop = Fork.virtual(items::next);
    loop.awaitParked();
    assertThat(probe.requests()).isEmpty();
    probe.subscriber().onSubscribe(probe);
    assertThat(probe.requests()).containsExactly(1L);
    probe.next(7);
    assertThat(loop.join()).isEqualTo(7);
    items.close();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I3 the first item is returned while the source has sent one of 256")
  void firstAtOnce() {
    Steps steps = new Steps();
    Fork<String> loop =
        Fork.virtual(() -> {
          try (Cursor<Integer> items = Publishers.iterate(probe)) {
            assertThat(items.next()).isEqualTo(1);
            steps.reach(2);
            assertThat(items.next()).isEqualTo(2);
            steps.reach(4);
          }
        });
    probe.awaitRequest();
    steps.reach(1);
    probe.next(1);
    steps.await(2);
    steps.reach(3);
    probe.next(2);
    assertThat(loop.join()).isEqualTo("done");
    assertThat(probe.requests()).containsExactly(256L);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  @DisplayName("section 8: a prefetch below 1 is refused by name; nothing is subscribed")
  void refused(int prefetch) {
    assertThatThrownBy(() -> Publishers.iterate(probe, prefetch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prefetch")
        .hasMessageContaining(String.valueOf(prefetch));
    assertThatThrownBy(() -> Publishers.iterate(FlowAdapters.toFlowPublisher(probe), prefetch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prefetch");
    assertThat(probe.subscriptions()).isZero();
  }

  @Test
  @DisplayName("I3 a huge prefetch costs only what has come")
  void huge() {
    try (Cursor<Integer> items = Publishers.iterate(probe, Integer.MAX_VALUE - 1)) {
      send(3);
      take(items, 3);
    }
    assertThat(probe.requests()).containsExactly(Integer.MAX_VALUE - 1L);
  }
}
