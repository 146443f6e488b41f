package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

@DisplayName("I1 A13 a cursor that nobody has any more, and what one keeps")
@Timeout(120)
class CursorLeakTest {

  /** What has been done with a cursor that is then forgotten. */
  enum Forgotten {
    UNTOUCHED(true),
    IN_THE_MIDDLE(true),
    AT_AN_ITEM(true),
    CLOSED(false),
    ENDED(false),
    FAILED(false);

    final boolean lost;

    Forgotten(boolean lost) {
      this.lost = lost;
    }

    /** Returns with nothing but a weak reference left. */
    WeakReference<Cursor<String>> run(Probe<String> probe) {
      Cursor<String> items = Publishers.iterate(probe);
      switch (this) {
        case UNTOUCHED -> probe.next("a").next("b");
        case IN_THE_MIDDLE -> assertThat(next(probe, items)).isEqualTo("a");
        case AT_AN_ITEM -> {
          probe.next("a").next("b");
          assertThat(items.hasNext()).isTrue();
        }
        case CLOSED -> items.close();
        case ENDED -> probe.complete();
        case FAILED -> probe.fail(new IllegalStateException("source"));
      }
      return new WeakReference<>(items);
    }

    private static String next(Probe<String> probe, Cursor<String> items) {
      probe.next("a").next("b");
      return items.next();
    }

    List<String> given() {
      return switch (this) {
        case UNTOUCHED, AT_AN_ITEM -> List.of("a", "b");
        case IN_THE_MIDDLE -> List.of("b");
        default -> List.of();
      };
    }
  }

  private static void collected(WeakReference<?> reference) {
    Eventually.until(
        "it is collected",
        () -> {
          System.gc();
          return reference.refersTo(null);
        });
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("I1 an unreachable cursor is cancelled and reported once, with where it was opened")
  void unreachable(Forgotten how) {
    Probe<String> probe = new Probe<>();
    try (Undelivered lost = new Undelivered()) {
      collected(how.run(probe));
      // The cleaner works through its queue in order: behind it, there is one that it does report.
      Probe<String> behind = new Probe<>();
      collected(Forgotten.IN_THE_MIDDLE.run(behind));
      behind.awaitCancel();
      Eventually.until("the report", () -> notClosed(lost).size() >= (how.lost ? 2 : 1));
      List<Throwable> reports = notClosed(lost);
      assertThat(reports).hasSize(how.lost ? 2 : 1);
      Throwable opened = requireNonNull(reports.get(0).getCause());
      assertThat(opened.getStackTrace()[0].getClassName()).isEqualTo(Forgotten.class.getName());
      if (how.lost) {
        assertThat(lost.values()).containsAll(how.given());
      }
      assertThat(probe.cancels()).isEqualTo(how.lost || how == Forgotten.CLOSED ? 1 : 0);
    }
  }

  private static List<Throwable> notClosed(Undelivered lost) {
    return lost.failures().stream()
        .filter(t -> String.valueOf(t.getMessage()).contains("not closed"))
        .toList();
  }

  @Test
  @DisplayName("I1 a coroutine that goes on keeps none that it has forgotten: cancelled, reported")
  void unreachableInCoroutine() {
    Probe<String> probe = new Probe<>();
    try (Undelivered lost = new Undelivered()) {
      Coroutine<Integer> coroutine =
          Coroutine.start(() -> {
            collected(Forgotten.IN_THE_MIDDLE.run(probe));
            probe.awaitCancel();
            Eventually.until("the report", () -> !notClosed(lost).isEmpty());
            return probe.cancels();
          });
      assertThat(coroutine.await()).as("while the coroutine runs").isEqualTo(1);
      assertThat(probe.cancels()).as("not again at its end").isEqualTo(1);
      assertThat(notClosed(lost)).hasSize(1);
      assertThat(lost.values()).containsExactly("b");
    }
  }

  /** How a loop ends, though nobody calls close when it is over. */
  enum Over {
    COROUTINE_ENDED,
    END_REACHED,
    FAILURE_THROWN,
    CANCELLED,
    CLOSED_WHILE_IT_WAITED;

    /** The code of the source knows the cursor over it. */
    WeakReference<Cursor<Object>> run() {
      List<Cursor<Object>> known = new CopyOnWriteArrayList<>();
      Probe<Object> probe = new Probe<>();
      Cursor<Object> items = Await.mapConcurrent(probe, 2, item -> known);
      known.add(items);
      switch (this) {
        case COROUTINE_ENDED -> {}
        case END_REACHED -> {
          probe.complete();
          assertThat(items.hasNext()).isFalse();
        }
        case FAILURE_THROWN -> {
          probe.fail(new IllegalStateException("source"));
          assertThatThrownBy(items::hasNext).hasMessage("source");
        }
        case CANCELLED -> {
          Thread.currentThread().interrupt();
          assertThatThrownBy(items::hasNext).isInstanceOf(CancellationException.class);
        }
        case CLOSED_WHILE_IT_WAITED -> {
          Fork<Boolean> loop = Fork.virtual(items::hasNext);
          loop.awaitParked();
          items.close();
          assertThat(loop.join()).isFalse();
        }
      }
      return new WeakReference<>(items);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A13 a loop that is over is watched no more: code of its source may know its cursor")
  void over(Over how) {
    try (Undelivered lost = new Undelivered()) {
      Coroutine<WeakReference<Cursor<Object>>> coroutine =
          Coroutine.start(() -> {
            WeakReference<Cursor<Object>> cursor = how.run();
            if (how != Over.COROUTINE_ENDED) {
              Coroutine.shield(() -> collected(cursor));
            }
            return cursor;
          });
      collected(coroutine.await());
      assertThat(notClosed(lost)).isEmpty();
    }
  }

  /**
   * Whose end closes the cursor of a loop on another thread, which leaves the rest to the cleaner.
   */
  private static WeakReference<Cursor<String>> leftInScope(Probe<String> probe) {
    List<Cursor<String>> known = new CopyOnWriteArrayList<>();
    Joiner<Object, Object> knowsTheCursor = () -> known;
    try (CoroutineScope<Object, Object> scope = CoroutineScope.open(knowsTheCursor)) {
      Coroutine.runOn(
          task -> Thread.ofPlatform().start(task),
          () -> {
            Cursor<String> items = Publishers.iterate(probe);
            known.add(items);
            probe.next("a").next("b");
            assertThat(items.next()).isEqualTo("a");
          });
      assertThat(scope.isCancelled()).isFalse();
    }
    return new WeakReference<>(known.get(0));
  }

  @Test
  @DisplayName("A13 a closed cursor keeps nothing of the code around its loop, which may know it")
  void leftInScopeByAnotherThread() {
    Probe<String> probe = new Probe<>();
    try (Undelivered lost = new Undelivered()) {
      collected(leftInScope(probe));
      Eventually.until("the rest is given up", () -> lost.values().contains("b"));
      assertThat(probe.cancels()).isEqualTo(1);
      assertThat(notClosed(lost)).isEmpty();
    }
  }

  @Test
  @DisplayName("A12 a failure that an unreachable cursor has not thrown is reported")
  void unreachableFailure() {
    try (Undelivered lost = new Undelivered()) {
      collected(Forgotten.FAILED.run(new Probe<>()));
      Eventually.until("the report", () -> !lost.failures().isEmpty());
      assertThat(lost.failures())
          .singleElement()
          .extracting(Throwable::getMessage)
          .isEqualTo("source");
    }
  }

  @Test
  @DisplayName("I1 a loop that waits is not cleaned, though nobody else has its cursor")
  void waiting() {
    Probe<String> probe = new Probe<>();
    Fork<String> loop =
        Fork.virtual(() -> Publishers.<String>iterate(probe).hasNext() ? "item" : "end");
    probe.awaitRequest();
    loop.awaitParked();
    collected(Forgotten.CLOSED.run(new Probe<>()));
    assertThat(probe.cancels()).isZero();
    probe.complete();
    assertThat(loop.join()).isEqualTo("end");
  }

  @Test
  @DisplayName(
      "A13 a source that keeps its subscriber keeps no item, cursor, loop thread or coroutine")
  void keptSubscriber() {
    Probe<Object> probe = new Probe<>();
    WeakReference<?>[] references = {closed(probe), closed(probe), ended(probe)};
    for (WeakReference<?> reference : references) {
      collected(reference);
    }
    assertThat(probe.subscriber()).isNotNull();
  }

  private static WeakReference<?> closed(Probe<Object> probe) {
    return Fork.<WeakReference<?>>virtual(
            () -> {
              Cursor<Object> items = Publishers.iterate(probe);
              Object item = new Object();
              probe.next(item).next(item);
              assertThat(items.hasNext()).isTrue();
              items.close();
              return new WeakReference<>(item);
            })
        .join();
  }

  private static WeakReference<?> ended(Probe<Object> probe) {
    return Fork.<WeakReference<?>>virtual(
            () -> {
              Cursor<Object> items = Publishers.iterate(probe);
              Object item = new Object();
              probe.next(item).complete();
              assertThat(items.next()).isSameAs(item);
              assertThat(items.hasNext()).isFalse();
              return new WeakReference<>(Thread.currentThread());
            })
        .join();
  }

  @Test
  @DisplayName("A13 I3 ten million items: memory is that of the prefetched ones")
  void tenMillion() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    long before = runtime.totalMemory() - runtime.freeMemory();
    WeakReference<?> early = null;
    long count = 0;
    try (Cursor<Object> items = Publishers.iterate(numbers(10_000_000))) {
      for (Object item : items) {
        if (count++ == 1_000) {
          early = new WeakReference<>(item);
        }
        if (count == 9_000_000) {
          System.gc();
          long now = runtime.totalMemory() - runtime.freeMemory();
          assertThat(now - before).as("bytes").isLessThan(50_000_000);
        }
      }
    }
    assertThat(count).isEqualTo(10_000_000);
    assertThat(requireNonNull(early).refersTo(null)).as("an early item is gone").isTrue();
  }

  /** As many fresh objects, in place. */
  private static Publisher<Object> numbers(long count) {
    return subscriber ->
        subscriber.onSubscribe(
            new Subscription() {
              private long sent;

              @Override
              public void request(long n) {
                for (long i = 0; i < n && sent < count; i++) {
                  sent++;
                  subscriber.onNext(new Object());
                }
                if (sent == count) {
                  sent++;
                  subscriber.onComplete();
                }
              }

              @Override
              public void cancel() {}
            });
  }
}
