package io.bridge;

import static io.bridge.Scopes.assertFree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("I1 cursors in the block and in the coroutines of a scope")
@Timeout(60)
class ScopeIterationTest {

  /** Keeps the cursors that it opens, so that no cleaner does the scope's work. */
  private final List<Cursor<String>> opened = new ArrayList<>();

  private Cursor<String> open(Probe<String> probe) {
    Cursor<String> items = Publishers.iterate(probe);
    opened.add(items);
    return items;
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("I1 one opened in the block is cancelled, once, when the scope is closed")
  void closedWithTheScope(TimeoutTest.On on) {
    Probe<String> probe = new Probe<>();
    on.run(() -> {
      try (var scope = CoroutineScope.open()) {
        Cursor<String> items = open(probe);
        probe.next("a").next("b");
        assertThat(items.next()).isEqualTo("a");
        scope.fork(() -> "child").await();
        assertThat(probe.cancels()).isZero();
      }
      assertThat(probe.cancels()).isEqualTo(1);
      opened.get(0).close();
      assertFree();
      return "done";
    });
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("I1 also inside withTimeout, shield and with, and one that nobody has touched")
  void insideOtherBlocks(TimeoutTest.On on) {
    List<Probe<String>> probes = List.of(new Probe<>(), new Probe<>(), new Probe<>());
    CoroutineContext.Key<String> key = CoroutineContext.Key.of("key");
    on.run(() -> {
      try (var scope = CoroutineScope.open()) {
        Coroutine.<RuntimeException>withTimeout(
            Scopes.LONG,
            () -> {
              open(probes.get(0));
            });
        Coroutine.<RuntimeException>shield(() -> {
          open(probes.get(1));
        });
        CoroutineContext.<String, RuntimeException>with(
            key,
            "value",
            () -> {
              open(probes.get(2));
            });
        assertThat(probes).allMatch(probe -> probe.cancels() == 0);
        assertThat(scope.isCancelled()).isFalse();
      }
      assertThat(probes).allMatch(probe -> probe.cancels() == 1);
      return "done";
    });
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("I1 of two scopes, each closes its own")
  void nested(TimeoutTest.On on) {
    Probe<String> outer = new Probe<>();
    Probe<String> inner = new Probe<>();
    on.run(() -> {
      try (var scope = CoroutineScope.open()) {
        open(outer);
        outer.next("a");
        try (var nested = CoroutineScope.open()) {
          open(inner);
          inner.next("a");
          nested.join();
        }
        assertThat(inner.cancels()).isEqualTo(1);
        assertThat(outer.cancels()).isZero();
        scope.join();
        assertThat(outer.cancels()).as("the join does not close it").isZero();
      }
      assertThat(outer.cancels()).isEqualTo(1);
      return "done";
    });
  }

  @Test
  @DisplayName("I1 one of a coroutine of the scope is cancelled when that coroutine ends")
  void ofCoroutine() {
    Probe<String> probe = new Probe<>();
    try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      scope.fork(() -> {
        Cursor<String> items = open(probe);
        probe.next("a").next("b");
        return items.next();
      });
      assertThat(scope.join()).containsExactly("a");
      assertThat(probe.cancels()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("I1 A9 a loop in a failed block ends by the failure, and its source is cancelled")
  void failedBlock() {
    IllegalStateException failure = new IllegalStateException("child");
    Probe<String> probe = new Probe<>();
    try (var scope = CoroutineScope.open()) {
      Cursor<String> items = open(probe);
      scope.fork(() -> {
        probe.awaitRequest();
        throw failure;
      });
      assertThatThrownBy(items::hasNext).isSameAs(failure);
      assertThatThrownBy(scope::join).isSameAs(failure);
    }
    Eventually.until("cancelled", () -> probe.cancels() == 1);
    assertFree();
  }

  @Test
  @DisplayName("I1 a background scope is no block: the code that opened it keeps its cursors")
  void background() {
    Probe<String> probe = new Probe<>();
    var scope = CoroutineScope.<String>background(config -> config);
    Cursor<String> items = open(probe);
    probe.next("a").next("b");
    assertThat(items.next()).isEqualTo("a");
    scope.close();
    assertThat(probe.cancels()).isZero();
    assertThat(items.next()).isEqualTo("b");
    items.close();
  }
}
