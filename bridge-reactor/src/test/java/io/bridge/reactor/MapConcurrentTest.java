package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.mapAwait;
import static io.bridge.reactor.ReactorBridge.mapConcurrent;
import static io.bridge.reactor.ReactorBridge.mapConcurrentUnordered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine;
import io.bridge.Cursor;
import io.bridge.ItemBody;
import io.bridge.Publishers;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.LiveThreads;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

@DisplayName("S7 mapConcurrent of Reactor's publishers")
@Timeout(60)
class MapConcurrentTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Lost lost = new Lost();

  @AfterEach
  void close() {
    LiveThreads.awaitNone("bridge-mapConcurrent");
    lost.close();
  }

  private static <A, B> Cursor<B> open(
      boolean ordered,
      Publisher<A> items,
      int limit,
      ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    return ordered ? mapConcurrent(items, limit, body) : mapConcurrentUnordered(items, limit, body);
  }

  private static <T> List<T> rest(Cursor<T> items) {
    List<T> seen = new ArrayList<>();
    items.forEachRemaining(seen::add);
    return seen;
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 C2 the loop's Context is that of the source, and of what a body awaits")
  void context(boolean ordered) {
    Flux<String> source =
        Flux.range(1, 3)
            .publishOn(Schedulers.parallel())
            .concatMap(
                i -> Mono.deferContextual(context -> Mono.just(context.get("key") + " " + i)));
    List<String> seen =
        ReactorBridge.<List<String>, RuntimeException>withContext(
            with -> with.put("key", "bound"),
            () -> {
              Mono<String> inBody = Mono.deferContextual(context -> Mono.just(context.get("key")));
              try (Cursor<String> values =
                  open(ordered, source, 2, item -> item + " " + await(inBody))) {
                return rest(values);
              }
            });
    assertThat(seen).containsExactlyInAnyOrder("bound 1 bound", "bound 2 bound", "bound 3 bound");
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 the same values as a loop over mapAwait, of every kind of source")
  void asMapAwait(boolean ordered) {
    ItemBody<Integer, @Nullable Integer, IOException> body = i -> i % 10 == 0 ? null : i * 2;
    List<Integer> expected =
        IntStream.rangeClosed(1, 300).filter(i -> i % 10 != 0).map(i -> i * 2).boxed().toList();
    Flux<Integer> range = Flux.range(1, 300);
    for (Flux<Integer> source :
        List.of(range, range.hide(), range.publishOn(Schedulers.parallel(), 4))) {
      Flux<Integer> mapped =
          source.transform(
              ordered
                  ? mapAwait(4, body)
                  : ReactorBridge.<Integer, Integer>mapAwaitUnordered(4, body));
      try (Cursor<Integer> ofMapAwait = Publishers.iterate(mapped);
          Cursor<Integer> values = open(ordered, source, 4, body)) {
        List<Integer> seen = rest(values);
        List<Integer> same = rest(ofMapAwait);
        if (ordered) {
          assertThat(seen).isEqualTo(expected).isEqualTo(same);
        } else {
          assertThat(seen).containsExactlyInAnyOrderElementsOf(expected);
          assertThat(same).containsExactlyInAnyOrderElementsOf(expected);
        }
      }
    }
    try (Cursor<Integer> values = open(ordered, Mono.just(1), 4, body)) {
      assertThat(rest(values)).containsExactly(2);
    }
    assertThat(lost.values).isEmpty();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 A12 what is given up goes to Reactor's hooks, and a late failure")
  void hooks(boolean ordered) {
    List<Object> discarded = new CopyOnWriteArrayList<>();
    Context context = Operators.enableOnDiscard(Context.empty(), discarded::add);
    IllegalStateException late = new IllegalStateException("late");
    Probe<String> probe = new Probe<>();
    CountDownLatch made = new CountDownLatch(2);
    ReactorBridge.<RuntimeException>withContext(
        with -> with.putAll(context.readOnly()),
        () -> {
          Cursor<String> values =
              open(
                  ordered,
                  Flux.from(probe).hide(),
                  2,
                  (String item) -> {
                    Coroutine<?> run = Coroutine.current();
                    if (run != null) {
                      run.onCompletion(ended -> made.countDown()); // behind its value
                    }
                    return item + "!";
                  });
          probe.next("a").next("b");
          Eventually.until("both wait", () -> made.getCount() == 0);
          values.close();
        });
    probe.fail(late);
    assertThat(discarded).containsExactlyInAnyOrder("a!", "b!");
    assertThat(lost.values).containsExactlyInAnyOrder("a!", "b!");
    assertThat(lost.droppedErrors).containsExactly(late);
    assertThat(lost.failures).isEmpty();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("S7 A7 Reactor's layer around a checked failure is removed, of source and body")
  void unwrapped() {
    IOException failure = new IOException("checked");
    Flux<Integer> source = Flux.just(1).concatWith(Flux.error(Exceptions.propagate(failure)));
    try (Cursor<Integer> values = mapConcurrent(source, 1, i -> i)) {
      assertThatThrownBy(() -> rest(values))
          .isInstanceOf(CompletionException.class)
          .hasCause(failure);
    }
    try (Cursor<Integer> values =
        mapConcurrent(Flux.just(1), 1, i -> Mono.<Integer>error(failure).block(DEADLINE))) {
      assertThatThrownBy(values::next)
          .isInstanceOf(CompletionException.class)
          .hasCauseExactlyInstanceOf(IOException.class);
    }
  }

  @Test
  @DisplayName("S7 an endless Flux, left by break: cancelled, with not more than limit ahead")
  void endless() {
    AtomicInteger requested = new AtomicInteger();
    AtomicInteger cancels = new AtomicInteger();
    Flux<Integer> endless =
        Flux.range(1, Integer.MAX_VALUE)
            .hide()
            .doOnRequest(n -> requested.addAndGet((int) n))
            .doOnCancel(cancels::incrementAndGet);
    int taken = 0;
    try (Cursor<Integer> values =
        mapConcurrent(endless, 4, i -> await(Mono.just(i).subscribeOn(Schedulers.parallel())))) {
      for (int value : values) {
        assertThat(value).isEqualTo(++taken);
        if (taken == 100) {
          break;
        }
      }
    }
    assertThat(requested).hasValue(104);
    assertThat(cancels).hasValue(1);
  }

  @Test
  @DisplayName("S7 A2 on a thread of Reactor's that must not block nothing is subscribed")
  void refused() {
    AtomicInteger subscriptions = new AtomicInteger();
    Flux<Integer> source = Flux.just(1).doOnSubscribe(s -> subscriptions.incrementAndGet());
    Mono<String> onParallel =
        Mono.fromCallable(
                () -> {
                  mapConcurrent(source, 1, i -> i).close();
                  return "opened";
                })
            .subscribeOn(Schedulers.parallel());
    assertThatThrownBy(() -> onParallel.block(DEADLINE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("parallel");
    assertThat(subscriptions).hasValue(0);
  }
}
