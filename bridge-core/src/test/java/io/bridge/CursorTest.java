package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.testkit.Probe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("I1 to I3: a cursor")
@Timeout(60)
class CursorTest {

  @Test
  @DisplayName("I1 a plain for loop over a body of another thread, twice as many items as prefetched")
  void loop() {
    List<Integer> seen = new ArrayList<>();
    try (Cursor<Integer> items =
        Publishers.iterate(
            Publishers.<Integer>publisher(emitter -> {
              for (int i = 0; i < 10_000; i++) {
                emitter.emit(i);
              }
            }))) {
      for (int item : items) {
        seen.add(item);
      }
    }
    assertThat(seen).hasSize(10_000).isSorted();
  }

  @Test
  @DisplayName("I3 prefetch 1 requests only when the loop asks")
  void lazy() {
    Probe<String> probe = new Probe<String>().onRequest(p -> p.next("a"));
    try (Cursor<String> items = Publishers.iterate(probe, 1)) {
      assertThat(probe.requests()).isEmpty();
      assertThat(items.next()).isEqualTo("a");
      assertThat(probe.requests()).containsExactly(1L);
      assertThat(items.hasNext()).isTrue();
      assertThat(items.hasNext()).isTrue();
      assertThat(probe.requests()).containsExactly(1L, 1L);
    }
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I2 items before the failure")
  void failure() {
    IllegalStateException failure = new IllegalStateException("source");
    Items source = Items.failing(failure, "a", "b");
    try (Cursor<String> items = Publishers.iterate(source)) {
      assertThat(items.next()).isEqualTo("a");
      assertThat(items.next()).isEqualTo("b");
      assertThatThrownBy(items::hasNext).isSameAs(failure);
    }
    assertThat(source.cancels).isZero();
  }
}
