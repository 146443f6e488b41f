package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;

@DisplayName(
    "A11 I6 hostile sources of a loop: the first legal outcome wins, the rest is Undeliverable")
@Timeout(60)
class CursorHostileTest {

  /** What is null, and throws RS 2.13. */
  enum Null {
    SUBSCRIPTION("subscription"),
    ITEM("item"),
    FAILURE("failure");

    final String named;

    Null(String named) {
      this.named = named;
    }

    void send(Subscriber<? super String> to) {
      switch (this) {
        case SUBSCRIPTION -> to.onSubscribe(Nulls.smuggled());
        case ITEM -> to.onNext(Nulls.<String>smuggled());
        case FAILURE -> to.onError(Nulls.smuggled());
      }
    }
  }

  private final Probe<String> probe = new Probe<>();
  private final Undelivered lost = new Undelivered();
  private final IllegalStateException failure = new IllegalStateException("first");

  @AfterEach
  void close() {
    lost.close();
  }

  private static List<String> rest(Cursor<String> items) {
    List<String> seen = new ArrayList<>();
    items.forEachRemaining(seen::add);
    return seen;
  }

  @Test
  @DisplayName("RS 2.5 a second subscription is cancelled without a request; the first goes on")
  void secondOnSubscribe() {
    Probe<String> second = new Probe<>();
    try (Cursor<String> items = Publishers.iterate(probe)) {
      probe.subscriber().onSubscribe(second);
      assertThat(second.cancels()).isEqualTo(1);
      assertThat(second.requests()).isEmpty();
      probe.next("a").complete();
      assertThat(rest(items)).containsExactly("a");
    }
    assertThat(probe.cancels()).isZero();
  }

  @Test
  @DisplayName("RS 2.12 the same subscription twice is reported, and goes on")
  void sameTwice() {
    try (Cursor<String> items = Publishers.iterate(probe)) {
      probe.subscriber().onSubscribe(probe);
      assertThat(lost.failures()).hasSize(1);
      assertThat(probe.requests()).containsExactly(256L);
      probe.next("a").complete();
      assertThat(rest(items)).containsExactly("a");
    }
    assertThat(probe.cancels()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("signals before onSubscribe count; the subscription behind an end is cancelled")
  void beforeOnSubscribe(boolean fails) {
    probe.onSubscribe(p -> {
      p.next("a");
      if (fails) {
        p.fail(failure);
      } else {
        p.complete();
      }
      p.subscriber().onSubscribe(p);
    });
    try (Cursor<String> items = Publishers.iterate(probe)) {
      assertThat(items.next()).isEqualTo("a");
      if (fails) {
        assertThatThrownBy(items::hasNext).isSameAs(failure);
      } else {
        assertThat(items.hasNext()).isFalse();
      }
    }
    assertThat(probe.requests()).isEmpty();
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("onNext after the end is discarded, a second end of any kind decides nothing")
  void afterTheEnd() {
    IllegalStateException second = new IllegalStateException("second");
    try (Cursor<String> items = Publishers.iterate(probe)) {
      probe.next("a").complete().next("b").fail(second).complete();
      assertThat(rest(items)).containsExactly("a");
    }
    assertThat(lost.values()).containsExactly("b");
    assertThat(lost.failures()).containsExactly(second);
    assertThat(probe.cancels()).isZero();
  }

  @Test
  @DisplayName("two failures: the first is thrown, the second reported")
  void twoFailures() {
    IllegalStateException second = new IllegalStateException("second");
    try (Cursor<String> items = Publishers.iterate(probe)) {
      probe.fail(failure).fail(second).complete();
      assertThatThrownBy(items::hasNext).isSameAs(failure);
    }
    assertThat(lost.failures()).containsExactly(second);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 256, 20_000})
  @DisplayName(
      "RS 1.1 one more than requested: the buffered items first, then IllegalStateException")
  void moreThanRequested(int prefetch) {
    try (Cursor<String> items = Publishers.iterate(probe, prefetch)) {
      for (int i = 0; i < prefetch; i++) {
        probe.next("item");
      }
      assertThat(probe.cancels()).isZero();
      probe.next("too much");
      assertThat(probe.cancels()).as("as soon as it does not fit").isEqualTo(1);
      for (int i = 0; i < prefetch; i++) {
        assertThat(items.next()).isEqualTo("item");
      }
      assertThatThrownBy(items::next)
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("more items than requested");
      probe.next("later");
    }
    assertThat(lost.values()).containsExactly("too much", "later");
    assertThat(lost.failures()).isEmpty();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("subscribe that throws: that is thrown by the loop, also behind items")
  void subscribeThrows() {
    probe.onSubscribe(p -> {
      p.subscriber().onSubscribe(p);
      p.next("a");
      throw failure;
    });
    try (Cursor<String> items = Publishers.iterate(probe)) {
      assertThat(items.next()).isEqualTo("a");
      assertThatThrownBy(items::hasNext).isSameAs(failure);
    }
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @DisplayName(
      "request that throws, the first or a renewal: thrown behind the items, upstream cancelled")
  void requestThrows(int which) {
    probe.onRequest(p -> {
      if (p.requests().size() == which) {
        throw failure;
      }
    });
    try (Cursor<String> items = Publishers.iterate(probe, 2)) {
      if (which == 2) {
        probe.next("a").next("b");
        assertThat(items.next()).isEqualTo("a");
        assertThat(items.next()).isEqualTo("b");
      }
      assertThatThrownBy(items::hasNext).isSameAs(failure);
    }
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(probe.overlapped()).isFalse();
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("RS 3.15 cancel that throws is reported; close throws nothing")
  void cancelThrows() {
    probe.onCancel(p -> {
      throw failure;
    });
    Publishers.iterate(probe).close();
    assertThat(lost.failures()).containsExactly(failure);
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("RS 2.13 a null is thrown to the source, and by the loop behind its items")
  void nulls(Null what) {
    try (Cursor<String> items = Publishers.iterate(probe)) {
      probe.next("a");
      Throwable intoSource = catchThrowable(() -> what.send(probe.subscriber()));
      assertThat(intoSource).isExactlyInstanceOf(NullPointerException.class).hasMessage(what.named);
      assertThat(items.next()).isEqualTo("a");
      assertThatThrownBy(items::hasNext).isSameAs(intoSource);
    }
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("RS 2.13 a null after the close is thrown to the source, and nobody else")
  void nullsAfterClose(Null what) {
    Publishers.iterate(probe).close();
    assertThatThrownBy(() -> what.send(probe.subscriber()))
        .isExactlyInstanceOf(NullPointerException.class)
        .hasMessage(what.named);
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("everything at once from another thread, while the loop waits")
  void elsewhere() {
    Cursor<String> items = Publishers.iterate(probe, 2);
    Fork<List<String>> loop = Fork.virtual(() -> rest(items));
    loop.awaitParked();
    probe.next("a").complete().complete().next("b").subscriber().onSubscribe(new Probe<>());
    assertThat(loop.join()).containsExactly("a");
    assertThat(lost.values()).containsExactly("b");
  }
}
