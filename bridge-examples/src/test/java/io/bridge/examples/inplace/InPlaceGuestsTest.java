package io.bridge.examples.inplace;

import static io.bridge.Publishers.forEach;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Emitter;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;

@DisplayName("N2 B4 other threads than the body's emit: the action stays on the consumer's thread")
@Timeout(60)
class InPlaceGuestsTest {

  private static final Duration SOON = Duration.ofNanos(1);

  private static <T extends @Nullable Object> T inCoroutine(Body<T, Exception> body) {
    return Coroutine.<T>start(body).await();
  }

  private static Throwable failureOf(Body<?, Exception> body) {
    try {
      body.call();
    } catch (Throwable t) {
      return t;
    }
    throw new AssertionError("no failure");
  }

  /** Emits numbers from a coroutine each. */
  private static Emitter.Body<Integer> fromChildren(int count) {
    return emitter -> {
      try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
        for (int i = 0; i < count; i++) {
          int item = i;
          scope.fork(() -> emitter.emit(item));
        }
        scope.join();
      }
    };
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 B4 coroutines of the body emit, one at a time")
  void children(StreamWay way) {
    int count = 50;
    List<Integer> taken = new ArrayList<>();
    inCoroutine(() -> {
      Thread outer = Thread.currentThread();
      forEach(
          way.stream(fromChildren(count)),
          item -> {
            assertThat(Thread.currentThread()).isSameAs(outer);
            Await.delay(SOON);
            taken.add(item);
          });
      assertThat(Await.awaitList(way.stream(fromChildren(count)))).hasSize(count);
      return null;
    });

    assertThat(taken).hasSize(count).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 B4a coroutines of the body pass streams on")
  void childrenPassOn(StreamWay way) {
    List<Integer> taken = new ArrayList<>();
    inCoroutine(() -> {
      forEach(
          way.<Integer>stream(emitter -> {
            try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
              for (int i = 0; i < 5; i++) {
                scope.fork(() -> emitter.emitAll(way.stream(fromChildren(5))));
              }
              scope.join();
            }
          }),
          taken::add);
      return null;
    });

    assertThat(taken).hasSize(25);
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 a coroutine emits while the body waits in a stream inside, and in its action")
  void whileInside(StreamWay way) {
    List<Integer> taken = new ArrayList<>();
    inCoroutine(() -> {
      forEach(
          way.<Integer>stream(emitter -> {
            CountDownLatch emitted = new CountDownLatch(2);
            try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
              forEach(
                  way.<Integer>stream(inner -> {
                    scope.fork(() -> {
                      emitter.emit(1);
                      emitted.countDown();
                    });
                    Eventually.until("the first", () -> waitFor(emitted, 1));
                    inner.emit(0);
                  }),
                  item -> {
                    scope.fork(() -> {
                      emitter.emit(2);
                      emitted.countDown();
                    });
                    Eventually.until("the second", () -> waitFor(emitted, 0));
                  });
              scope.join();
            }
          }),
          taken::add);
      return null;
    });

    assertThat(taken).containsExactly(1, 2);
  }

  private static boolean waitFor(CountDownLatch latch, int left) {
    Await.delay(SOON);
    return latch.getCount() <= left;
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 S3 a shielded coroutine emits while the body closes its scope")
  void whileClosing(StreamWay way) {
    List<Integer> taken = new ArrayList<>();
    inCoroutine(() -> {
      forEach(
          way.<Integer>stream(emitter -> {
            CountDownLatch begun = new CountDownLatch(1);
            try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
              scope.fork(() ->
                  Coroutine.shield(() -> {
                    begun.countDown();
                    Eventually.until("closing", scope::isCancelled);
                    emitter.emit(1);
                  }));
              Eventually.until("begun", () -> waitFor(begun, 0));
            }
            emitter.emit(2);
          }),
          taken::add);
      return null;
    });

    assertThat(taken).containsExactly(1, 2);
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 S9 code of runOn emits, as the body waits for it")
  void runOn(StreamWay way) {
    List<Integer> taken = new ArrayList<>();
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      inCoroutine(() -> {
        Thread outer = Thread.currentThread();
        forEach(
            way.<Integer>stream(emitter ->
                Coroutine.runOn(
                    executor,
                    () -> {
                      emitter.emit(1);
                      emitter.emit(2);
                    })),
            item -> {
              assertThat(Thread.currentThread()).isSameAs(outer);
              taken.add(item);
            });
        return null;
      });
    }

    assertThat(taken).containsExactly(1, 2);
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 an action that throws for the item of a coroutine ends all")
  void actionThrows(StreamWay way) {
    IllegalStateException own = new IllegalStateException("of the action");
    AtomicReference<@Nullable Throwable> ofChild = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> ofBody = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(2);
    Publisher<Integer> items =
        way.stream(emitter -> {
          try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
            scope.fork(() -> {
              try {
                for (int i = 0; ; i++) {
                  emitter.emit(i);
                }
              } catch (Throwable t) {
                ofChild.set(t);
                throw t;
              } finally {
                ended.countDown();
              }
            });
            scope.join();
          } catch (Throwable t) {
            ofBody.set(t);
            throw t;
          } finally {
            ended.countDown();
          }
        });
    Throwable failure =
        inCoroutine(() -> {
          Throwable thrown =
              failureOf(() -> {
                forEach(
                    items,
                    item -> {
                      if (item == 1) {
                        throw own;
                      }
                    });
                return "no";
              });
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          assertThat(Coroutine.isCancelled()).isFalse();
          Await.delay(SOON);
          return thrown;
        });

    assertThat(failure).isSameAs(own);
    Eventually.until("the end of body and child", () -> ended.getCount() == 0);
    assertThat(ofChild.get()).isInstanceOf(CancellationException.class);
    assertThat(ofBody.get()).isInstanceOf(CancellationException.class);
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 A12 a cancel of the consumer discards the item that a coroutine offers, once")
  void cancelled(StreamWay way) {
    Queue<Object> discarded = new ConcurrentLinkedQueue<>();
    CountDownLatch offered = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    try (Registration registration = Undeliverable.onDiscard(discarded::add)) {
      assertThat(registration).isNotNull();
      Coroutine<?> outer =
          Coroutine.start(() ->
              forEach(
                  way.<String>stream(emitter -> {
                    try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
                      scope.fork(() -> {
                        try {
                          emitter.emit("taken");
                          emitter.emit("offered");
                        } finally {
                          ended.countDown();
                        }
                      });
                      scope.join();
                    }
                  }),
                  item -> {
                    offered.countDown();
                    Await.delay(Duration.ofMinutes(10));
                  }));
      Eventually.until("the first item", () -> offered.getCount() == 0);
      outer.cancel("enough");
      assertThat(failureOf(outer::await)).hasRootCauseMessage("enough");
      Eventually.until("the end of the child", () -> ended.getCount() == 0);
      assertThat(discarded).allMatch("offered"::equals).hasSizeLessThan(2);
    }
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 B4 a thread that has kept the emitter gets the end of the body, and never hangs")
  void afterTheEnd(StreamWay way) {
    AtomicReference<@Nullable Emitter<Integer>> kept = new AtomicReference<>();
    inCoroutine(() -> {
      forEach(
          way.<Integer>stream(emitter -> {
            kept.set(emitter);
            emitter.emit(1);
          }),
          item -> {});
      return null;
    });

    Emitter<Integer> emitter = requireNonNull(kept.get());
    Eventually.until(
        "the end", () -> failureOf(() -> emit(emitter, 2)) instanceof IllegalStateException);
    Queue<Object> discarded = new ConcurrentLinkedQueue<>();
    try (Registration registration = Undeliverable.onDiscard(discarded::add)) {
      assertThat(registration).isNotNull();
      assertThat(inCoroutine(() -> failureOf(() -> emit(emitter, 3))))
          .isInstanceOf(IllegalStateException.class);
      assertThat(failureOf(() -> emit(emitter, 4))).isInstanceOf(IllegalStateException.class);
    }
    assertThat(discarded).containsExactly(3, 4);
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 B4 an emit of another thread that waits for the body ends with the body")
  void endWhileOffered(StreamWay way) {
    List<Object> outcomes = new CopyOnWriteArrayList<>();
    inCoroutine(() -> {
      forEach(
          way.<Integer>stream(emitter -> {
            Thread other =
                Thread.startVirtualThread(() -> {
                  try {
                    emitter.emit(1);
                  } catch (IllegalStateException ended) {
                    outcomes.add(ended);
                  }
                });
            Eventually.until(
                "it waits for the body",
                () -> !other.isAlive() || other.getState() == Thread.State.WAITING);
          }),
          outcomes::add);
      return null;
    });

    Eventually.until("the end of the emit", () -> outcomes.size() == 1);
  }

  private static String emit(Emitter<Integer> emitter, int item) {
    emitter.emit(item);
    return "no";
  }

  @ParameterizedTest
  @EnumSource(value = StreamWay.class, mode = EnumSource.Mode.MATCH_NONE, names = ".*_ON_SCHEDULER")
  @DisplayName("B4 the action must not call the body's emitter")
  void emitInAction(StreamWay way) {
    AtomicReference<@Nullable Emitter<Integer>> kept = new AtomicReference<>();
    Throwable failure =
        inCoroutine(() ->
            failureOf(() -> {
              forEach(
                  way.<Integer>stream(emitter -> {
                    kept.set(emitter);
                    emitter.emit(1);
                  }),
                  item -> requireNonNull(kept.get()).emit(2));
              return "no";
            }));

    assertThat(failure).isInstanceOf(IllegalStateException.class);
  }
}
