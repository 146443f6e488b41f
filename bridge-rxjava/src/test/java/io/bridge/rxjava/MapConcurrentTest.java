package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.await;
import static io.bridge.rxjava.RxJavaBridge.mapConcurrent;
import static io.bridge.rxjava.RxJavaBridge.mapConcurrentUnordered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Cursor;
import io.bridge.fixtures.LiveThreads;
import io.bridge.fixtures.Probe;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("S7 mapConcurrent of a Flowable")
@Timeout(60)
class MapConcurrentTest {

  private final Lost lost = new Lost();

  @AfterEach
  void close() {
    LiveThreads.awaitNone("bridge-mapConcurrent");
    lost.close();
  }

  private static <T> List<T> rest(Cursor<T> items) {
    List<T> seen = new ArrayList<>();
    items.forEachRemaining(seen::add);
    return seen;
  }

  private static Single<Integer> twice(int number) {
    return Single.just(number * 2).subscribeOn(Schedulers.computation());
  }

  @Test
  @DisplayName("S7 in order and as they come, from a source on a thread of RxJava's")
  void values() {
    Flowable<Integer> source = Flowable.range(1, 300).observeOn(Schedulers.computation());
    List<Integer> expected = IntStream.rangeClosed(1, 300).map(i -> i * 2).boxed().toList();
    try (Cursor<Integer> values = mapConcurrent(source, 4, i -> await(twice(i)))) {
      assertThat(rest(values)).isEqualTo(expected);
    }
    try (Cursor<Integer> values = mapConcurrentUnordered(source, 4, i -> await(twice(i)))) {
      assertThat(rest(values)).containsExactlyInAnyOrderElementsOf(expected);
    }
    assertThat(lost.rx).isEmpty();
    assertThat(lost.values).isEmpty();
  }

  @Test
  @DisplayName("S7 an endless Flowable, left by break: cancelled, with not more than limit ahead")
  void endless() {
    AtomicLong requested = new AtomicLong();
    AtomicInteger cancels = new AtomicInteger();
    Flowable<Integer> endless =
        Flowable.range(1, Integer.MAX_VALUE)
            .hide()
            .doOnRequest(requested::addAndGet)
            .doOnCancel(cancels::incrementAndGet);
    int taken = 0;
    try (Cursor<Integer> values = mapConcurrent(endless, 4, i -> await(twice(i)))) {
      for (int value : values) {
        assertThat(value).isEqualTo(2 * ++taken);
        if (taken == 100) {
          break;
        }
      }
    }
    assertThat(requested).hasValue(104);
    assertThat(cancels).hasValue(1);
  }

  @Test
  @DisplayName("S7 I2 A12 values, then the failure; one that comes late goes to RxJava's hook")
  void failures() {
    IOException failure = new IOException("source");
    Probe<Integer> failing = new Probe<>();
    failing.onRequest(probe -> {
      if (probe.requests().size() == 1) {
        probe.next(1);
      } else {
        probe.fail(failure); // the loop has taken the first
      }
    });
    Flowable<Integer> source = Flowable.fromPublisher(failing).hide();
    try (Cursor<Integer> values = mapConcurrent(source, 1, i -> i)) {
      assertThat(values.next()).isEqualTo(1);
      assertThatThrownBy(values::next).isInstanceOf(CompletionException.class).hasCause(failure);
    }
    IllegalStateException late = new IllegalStateException("late");
    Probe<Integer> probe = new Probe<>();
    mapConcurrent(Flowable.fromPublisher(probe).hide(), 1, i -> i).close();
    probe.fail(late);
    assertThat(lost.ofRxJava).containsExactly(late);
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("S7 A2 on a thread of RxJava's that must not block nothing is subscribed")
  void refused() {
    AtomicInteger subscriptions = new AtomicInteger();
    Flowable<Integer> source = Flowable.just(1).doOnSubscribe(s -> subscriptions.incrementAndGet());
    Single<String> onComputation =
        Single.fromCallable(
                () -> {
                  mapConcurrent(source, 1, i -> i).close();
                  return "opened";
                })
            .subscribeOn(Schedulers.computation());
    assertThatThrownBy(() -> await(onComputation)).isInstanceOf(IllegalStateException.class);
    assertThat(subscriptions).hasValue(0);
  }
}
