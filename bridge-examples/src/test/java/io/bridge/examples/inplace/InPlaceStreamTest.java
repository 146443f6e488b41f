package io.bridge.examples.inplace;

import static io.bridge.Publishers.forEach;
import static io.bridge.reactor.ReactorBridge.withContext;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Await;
import io.bridge.AwaitTimeoutException;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.Emitter;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.bridge.VoidBody;
import io.bridge.fixtures.Eventually;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

@DisplayName("N2 (2): a push of a stream's items is a call, and all that a thread promises holds")
@Timeout(60)
class InPlaceStreamTest {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final CoroutineContext.Key<String> KEY = CoroutineContext.Key.of("key");

  private final Queue<Object> discarded = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> dropped = new ConcurrentLinkedQueue<>();
  private final List<Registration> registrations = new ArrayList<>();

  @BeforeEach
  void hooks() {
    registrations.add(Undeliverable.onDiscard(discarded::add));
    registrations.add(Undeliverable.onFailure(dropped::add));
    Hooks.onErrorDropped(dropped::add);
    RxJavaPlugins.setErrorHandler(dropped::add);
  }

  @AfterEach
  void noHooks() {
    registrations.forEach(Registration::close);
    Hooks.resetOnErrorDropped();
    RxJavaPlugins.reset();
  }

  private static <T extends @Nullable Object> T inCoroutine(Body<T, Exception> body) {
    return Coroutine.<T>start(body).await();
  }

  private static Coroutine<?> me() {
    return requireNonNull(Coroutine.current());
  }

  private static Throwable failureOf(Body<?, Exception> body) {
    try {
      body.call();
    } catch (Throwable t) {
      return t;
    }
    throw new AssertionError("no failure");
  }

  private static void each(Publisher<Integer> items, List<Object> log) {
    forEach(items, item -> log.add("took " + item));
  }

  // order and threads

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 emit is the consumer's action, on its thread")
  void order(StreamWay way) {
    List<Object> log = new ArrayList<>();
    Publisher<Integer> items =
        way.stream(emitter -> {
          for (int i = 0; i < 3; i++) {
            log.add("emits " + i);
            emitter.emit(i);
          }
          log.add(Thread.currentThread());
        });
    Thread outer =
        inCoroutine(() -> {
          if (way.inPlace) {
            each(items, log);
          }
          return Thread.currentThread();
        });

    if (way.inPlace) {
      assertThat(log)
          .containsExactly("emits 0", "took 0", "emits 1", "took 1", "emits 2", "took 2", outer);
    }
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 N3 the body and the action are in their own coroutine and context")
  void current(StreamWay way) {
    List<String> seen = new ArrayList<>();
    inCoroutine(() -> {
      Coroutine<?> outer = me();
      forEach(
          way.<String>stream(emitter -> {
            Coroutine<?> inner = me();
            emitter.emit(inner.name());
            emitter.emit(Boolean.toString(me() == inner));
          }),
          item -> {
            seen.add(item);
            assertThat(Coroutine.current()).isSameAs(outer);
            Await.delay(Duration.ofNanos(1));
          });
      assertThat(Coroutine.current()).isSameAs(outer);
      return null;
    });

    assertThat(seen).containsExactly(way.body, "true");
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 N5 every await of a stream, in a coroutine and on a plain thread")
  void folds(StreamWay way) {
    Publisher<Integer> items =
        way.stream(emitter -> {
          for (int i = 1; i <= 3; i++) {
            emitter.emit(i);
          }
        });
    Body<List<Object>, Exception> all =
        () -> {
          List<Object> results = new ArrayList<>();
          results.add(Await.awaitList(items));
          results.add(Await.awaitCollect(items, Collectors.summingInt(item -> item)));
          results.add(Await.awaitFirst(items));
          results.add(Await.awaitLast(items));
          Await.awaitCompletion(items);
          forEach(items, results::add);
          return results;
        };

    List<Object> here = failureFree(all);
    List<Object> there = inCoroutine(all);

    assertThat(there).containsExactly(List.of(1, 2, 3), 6, 1, 3, 1, 2, 3).isEqualTo(here);
  }

  private static <T> T failureFree(Body<T, Exception> body) {
    try {
      return body.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 awaitFirst ends the body as a subscriber's cancel does")
  void first(StreamWay way) {
    CountDownLatch ended = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
    Publisher<Integer> items =
        way.stream(emitter -> {
          try {
            emitter.emit(1);
            Await.delay(LONG);
          } catch (Throwable t) {
            seen.set(t);
            throw t;
          } finally {
            ended.countDown();
          }
        });

    int first =
        inCoroutine(() -> {
          int item = Await.awaitFirst(items);
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          assertThat(Coroutine.isCancelled()).isFalse();
          Await.delay(Duration.ofNanos(1));
          return item;
        });

    assertThat(first).isEqualTo(1);
    Eventually.until("the end of the body", () -> ended.getCount() == 0);
    assertThat(seen.get()).isInstanceOf(CancellationException.class);
    assertThat(dropped).isEmpty();
  }

  // failures

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 an action that throws cancels the body; forEach throws the same object")
  void actionThrows(StreamWay way) {
    IOException own = new IOException("of the action");
    AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(1);
    Publisher<Integer> items =
        way.stream(emitter -> {
          try {
            for (int i = 0; ; i++) {
              emitter.emit(i);
            }
          } catch (Throwable t) {
            seen.set(t);
            throw t;
          } finally {
            ended.countDown();
          }
        });
    List<Integer> taken = new ArrayList<>();
    Throwable failure =
        inCoroutine(() -> {
          Throwable thrown =
              failureOf(() -> {
                forEach(
                    items,
                    item -> {
                      taken.add(item);
                      if (item == 2) {
                        throw own;
                      }
                    });
                return "no";
              });
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          assertThat(Coroutine.isCancelled()).isFalse();
          Await.delay(Duration.ofNanos(1));
          return thrown;
        });

    assertThat(failure).isSameAs(own);
    assertThat(taken).containsExactly(0, 1, 2);
    Eventually.until("the end of the body", () -> ended.getCount() == 0);
    assertThat(seen.get()).isInstanceOf(CancellationException.class);
    assertThat(dropped).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 A7 the body's failure is thrown by the await, the same object")
  void bodyFails(StreamWay way) {
    IllegalStateException own = new IllegalStateException("of the body");
    IOException checked = new IOException("of the body");
    Publisher<Integer> unchecked =
        way.stream(emitter -> {
          emitter.emit(1);
          throw own;
        });
    Publisher<Integer> withChecked =
        way.stream(emitter -> {
          emitter.emit(1);
          throw checked;
        });
    inCoroutine(() -> {
      List<Object> log = new ArrayList<>();
      assertThat(
              failureOf(() -> {
                each(unchecked, log);
                return "no";
              }))
          .isSameAs(own);
      assertThat(log).containsExactly("took 1");
      assertThat(failureOf(() -> Await.awaitList(unchecked))).isSameAs(own);
      assertThat(failureOf(() -> Await.awaitList(withChecked)))
          .isInstanceOf(CompletionException.class)
          .hasCause(checked);
      assertThat(
              failureOf(() -> {
                each(withChecked, log);
                return "no";
              }))
          .isInstanceOf(CompletionException.class)
          .hasCause(checked);
      return null;
    });
  }

  // cancellation

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 N3 a deadline of the body does not cut the consumer")
  void deadlineInside(StreamWay way) {
    List<Object> log = new ArrayList<>();
    inCoroutine(() -> {
      forEach(
          way.<Integer>stream(emitter -> {
            try {
              Coroutine.withTimeout(
                  Duration.ofMillis(20),
                  () -> {
                    emitter.emit(1);
                    Await.delay(LONG);
                  });
            } catch (AwaitTimeoutException timedOut) {
              emitter.emit(2);
            }
          }),
          item -> {
            if (item == 1) {
              Await.delay(Duration.ofMillis(60));
              assertThat(Coroutine.isCancelled()).isFalse();
            }
            log.add(item);
          });
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      return null;
    });

    assertThat(log).containsExactly(1, 2);
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 N3 a deadline around ends body and consumer, wherever it comes")
  void deadlineAround(StreamWay way) {
    for (boolean inBody : new boolean[] {true, false}) {
      CountDownLatch ended = new CountDownLatch(1);
      inCoroutine(() -> {
        Throwable failure =
            failureOf(() ->
                Coroutine.withTimeout(
                    Duration.ofMillis(20),
                    () -> {
                      forEach(
                          way.<Integer>stream(emitter -> {
                            try {
                              emitter.emit(1);
                              Await.delay(inBody ? LONG : Duration.ofNanos(1));
                            } finally {
                              ended.countDown();
                            }
                          }),
                          item -> Await.delay(inBody ? Duration.ofNanos(1) : LONG));
                      return "no";
                    }));
        assertThat(failure).isInstanceOf(AwaitTimeoutException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Await.delay(Duration.ofNanos(1));
        return null;
      });
      Eventually.until("the end of the body", () -> ended.getCount() == 0);
    }
    assertThat(dropped).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 N3 a body that cancels itself fails the await, and the consumer goes on")
  void cancelsItself(StreamWay way) {
    Publisher<Integer> items =
        way.stream(emitter -> {
          emitter.emit(1);
          me().cancel("enough");
          Await.delay(LONG);
        });
    inCoroutine(() -> {
      for (Throwable failure :
          List.of(
              failureOf(() -> Await.awaitList(items)),
              failureOf(() -> {
                each(items, new ArrayList<>());
                return "no";
              }))) {
        assertThat(failure)
            .isInstanceOf(CompletionException.class)
            .cause()
            .isInstanceOf(CancellationException.class)
            .hasMessage("enough");
      }
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      assertThat(Coroutine.isCancelled()).isFalse();
      Await.delay(Duration.ofNanos(1));
      return null;
    });
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 A7 A12 a cancel of the consumer wins; a late failure of the body is dropped")
  void lateFailure(StreamWay way) {
    IllegalStateException late = new IllegalStateException("late");
    Coroutine<?> outer =
        Coroutine.start(() -> {
          Coroutine<?> me = me();
          forEach(
              way.<Integer>stream(emitter -> {
                me.cancel("from outside");
                throw late;
              }),
              item -> {});
        });

    assertThatThrownBy(outer::await)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(CancellationException.class)
        .hasMessage("from outside");
    Eventually.until("the dropped failure", () -> dropped.contains(late));
    assertThat(dropped).containsExactly(late);
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N3 scopes that the body leaves open are closed, those of the consumer stay")
  void scopes(StreamWay way) {
    inCoroutine(() -> {
      List<CoroutineScope<Object, ?>> ofAction = new ArrayList<>();
      List<Coroutine<?>> inBody = new ArrayList<>();
      forEach(
          way.<Integer>stream(emitter -> {
            CoroutineScope<Object, ?> leftOpen = CoroutineScope.open();
            inBody.add(leftOpen.fork(() -> Await.delay(LONG)));
            emitter.emit(1);
            emitter.emit(2);
          }),
          item -> {
            if (ofAction.isEmpty()) {
              ofAction.add(CoroutineScope.open());
            }
          });
      assertThat(inBody.get(0).isDone()).isTrue();
      Coroutine<?> child = ofAction.get(0).fork(() -> 1);
      ofAction.get(0).join();
      assertThat(child.isDone()).isTrue();
      ofAction.get(0).close();
      return null;
    });
    assertThat(dropped).hasSize(1);
    assertThat(dropped.peek()).hasMessageContaining("has not closed");
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 N3 a stream inside a stream inside a stream")
  void nested(StreamWay way) {
    List<Integer> taken = new ArrayList<>();
    Publisher<Integer> innermost =
        way.stream(emitter -> {
          for (int i = 0; i < 5; i++) {
            Await.delay(Duration.ofNanos(1));
            emitter.emit(i);
          }
        });
    Publisher<Integer> middle =
        way.stream(emitter -> forEach(innermost, item -> emitter.emit(item + 10)));
    Publisher<Integer> outermost =
        way.stream(emitter -> forEach(middle, item -> emitter.emit(item + 100)));
    inCoroutine(() -> {
      forEach(
          outermost,
          item -> {
            Await.delay(Duration.ofNanos(1));
            taken.add(item);
          });
      return null;
    });

    assertThat(taken).containsExactly(110, 111, 112, 113, 114);
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("C1 C2 the body has the context of the code that consumes it")
  void context(StreamWay way) {
    List<String> seen = new ArrayList<>();
    Emitter.Body<String> body =
        emitter ->
            emitter.emit(
                CoroutineContext.current().get(KEY)
                    + Await.<Integer>await(
                        Mono.deferContextual(
                            view -> Mono.just(requireNonNull(view.<Integer>get("a"))))));
    inCoroutine(() -> {
      CoroutineContext.with(
          KEY,
          "v",
          () ->
              withContext(
                  context -> context.put("a", 1),
                  () -> {
                    forEach(way.stream(body), seen::add);
                    seen.addAll(Await.awaitList(way.stream(body)));
                  }));
      return null;
    });

    assertThat(seen).containsExactly("v1", "v1");
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("A9 N3 our own interrupt of a failed scope's block inside does not cancel the outer")
  void scopeInsideFails(StreamWay way) {
    Publisher<Integer> items =
        way.stream(emitter -> {
          emitter.emit(1);
          try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
            scope.fork(() -> {
              throw new IOException("of the child");
            });
            Thread.sleep(LONG);
          }
        });
    inCoroutine(() -> {
      for (VoidBody<Exception> await :
          List.<VoidBody<Exception>>of(
              () -> Await.awaitCompletion(items), () -> each(items, new ArrayList<>()))) {
        assertThat(
                failureOf(() -> {
                  await.run();
                  return "no";
                }))
            .isInstanceOf(CompletionException.class)
            .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Coroutine.isCancelled()).isFalse();
        Await.delay(Duration.ofNanos(1));
      }
      return null;
    });
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 A9 a foreign interrupt in the body or in the action cancels the coroutine")
  void foreignInterrupt(StreamWay way) {
    for (boolean inBody : new boolean[] {true, false}) {
      if (inBody && !way.inPlace) {
        continue; // another thread's
      }
      Coroutine<?> outer =
          Coroutine.start(() ->
              forEach(
                  way.<Integer>stream(emitter -> {
                    emitter.emit(1);
                    if (inBody) {
                      Thread.currentThread().interrupt();
                      Await.delay(LONG);
                    }
                  }),
                  item -> {
                    if (!inBody) {
                      Thread.currentThread().interrupt();
                      Await.delay(LONG);
                    }
                  }));
      assertThatThrownBy(outer::await)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(CancellationException.class);
    }
    assertThat(dropped).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 B4 a cancel between two items ends the body at its next emit")
  void cancelledInAction(StreamWay way) {
    List<Integer> taken = new ArrayList<>();
    CountDownLatch ended = new CountDownLatch(1);
    Coroutine<?> outer =
        Coroutine.start(() -> {
          Coroutine<?> me = me();
          forEach(
              way.<Integer>stream(emitter -> {
                try {
                  for (int i = 0; ; i++) {
                    emitter.emit(i);
                  }
                } finally {
                  ended.countDown();
                }
              }),
              item -> {
                taken.add(item);
                if (item == 1) {
                  me.cancel("enough");
                }
              });
        });

    assertThatThrownBy(outer::await).hasRootCauseMessage("enough");
    Eventually.until("the end of the body", () -> ended.getCount() == 0);
    assertThat(taken).containsExactly(0, 1);
    assertThat(dropped).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N2 A9 a cancel during the action interrupts what the body blocks in afterwards")
  void cancelledBeforeBlocking(StreamWay way) {
    CountDownLatch ended = new CountDownLatch(1);
    Coroutine<?> outer =
        Coroutine.start(() -> {
          Coroutine<?> me = me();
          forEach(
              way.<Integer>stream(emitter -> {
                try {
                  emitter.emit(1);
                  Thread.sleep(LONG);
                } finally {
                  ended.countDown();
                }
              }),
              item -> me.cancel("enough"));
        });

    assertThatThrownBy(outer::await).hasRootCauseMessage("enough");
    Eventually.until("the end of the body", () -> ended.getCount() == 0);
    assertThat(dropped).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("B4a N2 emitAll of our own bodies: each emit is the outermost consumer's action")
  void emitAll(StreamWay way) {
    List<Object> log = new ArrayList<>();
    Publisher<Integer> innermost =
        way.stream(emitter -> {
          for (int i = 0; i < 2; i++) {
            log.add(Thread.currentThread());
            emitter.emit(i);
            log.add("after " + i);
          }
        });
    Publisher<Integer> outermost =
        way.stream(emitter -> emitter.emitAll(way.<Integer>stream(e -> e.emitAll(innermost))));
    Thread thread =
        inCoroutine(() -> {
          if (way.inPlace) {
            each(outermost, log);
          }
          return Thread.currentThread();
        });

    if (way.inPlace) {
      assertThat(log).containsExactly(thread, "took 0", "after 0", thread, "took 1", "after 1");
    }
    assertThat(Await.awaitList(outermost)).containsExactly(0, 1);
  }

  @ParameterizedTest
  @EnumSource(StreamWay.class)
  @DisplayName("N4 more bodies in one another than share a thread")
  void deep(StreamWay way) {
    int levels = 200;
    Publisher<Integer> stream = way.stream(emitter -> emitter.emit(0));
    for (int i = 0; i < levels; i++) {
      Publisher<Integer> inner = stream;
      stream =
          way.stream(emitter ->
              forEach(
                  inner,
                  item -> {
                    Await.delay(Duration.ofNanos(1));
                    emitter.emit(item + 1);
                  }));
    }
    Publisher<Integer> outermost = stream;

    assertThat(inCoroutine(() -> Await.awaitList(outermost))).containsExactly(levels);
  }

  @Test
  @DisplayName("N2 awaits of our own Observable call its body")
  void observable() {
    Observable<Object> items =
        RxJavaBridge.observable(emitter -> {
          emitter.emit(Thread.currentThread());
          emitter.emit(me().name());
        });
    List<Object> seen = new ArrayList<>();
    Thread thread =
        inCoroutine(() -> {
          seen.addAll(RxJavaBridge.awaitList(items));
          seen.add(RxJavaBridge.awaitFirst(items));
          seen.add(RxJavaBridge.awaitLast(items));
          RxJavaBridge.awaitCompletion(items);
          seen.add(failureOf(() -> requireNonNull(RxJavaBridge.await(items))).getClass());
          return Thread.currentThread();
        });

    assertThat(seen)
        .containsExactly(
            thread,
            "bridge-observable",
            thread,
            "bridge-observable",
            IllegalArgumentException.class);
    assertThat(RxJavaBridge.awaitList(items).get(1)).isEqualTo("bridge-observable");
    assertThat(items.map(Object::toString).toList().blockingGet()).hasSize(2);
  }

  @Test
  @DisplayName("N1 N2 hooks of the libraries switch it off for what they wrap")
  void switchedOff() {
    RxJavaPlugins.setOnFlowableSubscribe((flowable, subscriber) -> subscriber);
    Hooks.onLastOperator("test", Operators.lift((scannable, subscriber) -> subscriber));
    try {
      Thread thread =
          inCoroutine(() -> {
            for (StreamWay way : new StreamWay[] {StreamWay.FLUX, StreamWay.FLOWABLE}) {
              Publisher<Thread> threads = way.stream(e -> e.emit(Thread.currentThread()));
              assertThat(Await.awaitFirst(threads)).isNotSameAs(Thread.currentThread());
            }
            return Thread.currentThread();
          });
      assertThat(thread.isVirtual()).isTrue();
    } finally {
      Hooks.resetOnLastOperator("test");
    }
  }
}
