package io.bridge.examples.inplace;

import static io.bridge.reactor.ReactorBridge.*;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Await;
import io.bridge.AwaitTimeoutException;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import io.bridge.reactor.ReactorBridge;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
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
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Each promise on a thread of its own and in place: the same outcome by either way (N3). */
@DisplayName("N1 N3 (2): a body that awaits a body is a call, and all that a thread promises holds")
@Timeout(60)
class InPlaceTest {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final CoroutineContext.Key<String> KEY = CoroutineContext.Key.of("key");

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final Queue<Object> discarded = new ConcurrentLinkedQueue<>();
  private List<Registration> registrations = List.of();

  @BeforeEach
  void hooks() {
    registrations =
        List.of(Undeliverable.onFailure(failures::add), Undeliverable.onDiscard(discarded::add));
    Hooks.onErrorDropped(failures::add);
    RxJavaPlugins.setErrorHandler(failures::add);
  }

  @AfterEach
  void noHooks() {
    registrations.forEach(Registration::close);
    Hooks.resetOnErrorDropped();
    Hooks.resetOnLastOperator();
    RxJavaPlugins.reset();
  }

  /** The outcome of code in a coroutine of its own. */
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

  // what it is

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("N1 the body runs on the awaiting thread")
  void thread(Way way) {
    boolean same =
        inCoroutine(() -> {
          Thread outer = Thread.currentThread();
          return way.call(() -> Thread.currentThread() == outer);
        });

    assertThat(same).isEqualTo(way.inPlace);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("N5 on a plain thread, and on an executor's, the body has a thread of its own")
  void elsewhere(Way way) throws Exception {
    Thread plain = Thread.currentThread();
    assertThat(way.call(() -> Thread.currentThread() == plain)).isFalse();

    for (ExecutorService executor :
        List.of(Executors.newSingleThreadExecutor(), Executors.newVirtualThreadPerTaskExecutor())) {
      try (executor) {
        boolean same =
            inCoroutine(() ->
                Coroutine.runOn(
                    executor,
                    () -> {
                      Thread ofExecutor = Thread.currentThread();
                      return way.call(() -> Thread.currentThread() == ofExecutor);
                    }));
        assertThat(same).isFalse();
      }
    }
  }

  @Test
  @DisplayName("N1 a library's hook around the source switches it off")
  void hooked() {
    Hooks.onLastOperator(
        "inplace", publisher -> publisher instanceof Mono<Object> m ? m.hide() : publisher);
    RxJavaPlugins.setOnSingleSubscribe((single, observer) -> observer);
    RxJavaPlugins.setOnMaybeSubscribe((maybe, observer) -> observer);
    RxJavaPlugins.setOnCompletableSubscribe((completable, observer) -> observer);

    for (Way way : Way.values()) {
      boolean same =
          inCoroutine(() -> {
            Thread outer = Thread.currentThread();
            return way.call(() -> Thread.currentThread() == outer);
          });
      assertThat(same).as(way.name()).isFalse();
    }
  }

  @Test
  @DisplayName("N1 what is awaited together runs at the same time")
  void together() {
    CyclicBarrier both = new CyclicBarrier(2);
    Mono<Integer> waits = mono(() -> both.await());

    List<Integer> values =
        inCoroutine(() -> Await.awaitAll(Await.awaitable(waits), Await.awaitable(waits)));
    Integer zipped = inCoroutine(() -> await(Mono.zip(waits, waits, Integer::sum)));

    assertThat(values).containsExactlyInAnyOrder(0, 1);
    assertThat(zipped).isEqualTo(1);
  }

  // the current coroutine

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("N3 Coroutine.current is the inner one, with its builder's name")
  void current(Way way) {
    String seen =
        inCoroutine(() -> {
          Coroutine<?> outer = me();
          String inside =
              way.call(() -> {
                Coroutine<?> inner = me();
                assertThat(inner).isNotNull().isNotSameAs(outer).isSameAs(me());
                return inner.name() + " " + inner.state();
              });
          assertThat(me()).isSameAs(outer);
          return inside;
        });

    assertThat(seen).isEqualTo(way.body + " RUNNING");
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("N3 a body that cancels itself ends alone, in an await")
  void cancelsItself(Way way) {
    inCoroutine(() -> {
      Throwable failure =
          failureOf(() ->
              way.call(() -> {
                me().cancel("enough");
                Await.delay(LONG);
                return "no";
              }));
      assertAlone(failure);
      return null;
    });
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("N3 a body that another thread cancels ends alone, in a blocking call")
  void cancelledByAnother(Way way) {
    inCoroutine(() -> {
      Throwable failure =
          failureOf(() ->
              way.call(() -> {
                Coroutine<?> me = me();
                Thread.startVirtualThread(() -> me.cancel("enough"));
                new CountDownLatch(1).await();
                return "no";
              }));
      assertAlone(failure);
      return null;
    });
  }

  private static void assertAlone(@Nullable Throwable failure) {
    assertThat(failure)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(CancellationException.class)
        .hasMessage("enough");
    assertThat(Coroutine.isCancelled()).isFalse();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    Await.delay(Duration.ofNanos(1));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("N3 a body that cancels itself and returns has returned")
  void cancelsItselfAndReturns(Way way) {
    String value =
        inCoroutine(() -> {
          String returned =
              way.call(() -> {
                me().cancel();
                return "value";
              });
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          return returned;
        });

    assertThat(value).isEqualTo("value");
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("N3 the handle tells of the end, and then cancels nothing")
  void handle(Way way) {
    inCoroutine(() -> {
      AtomicReference<Coroutine<?>> inner = new AtomicReference<>();
      Queue<String> log = new ConcurrentLinkedQueue<>();
      way.call(() -> {
        Coroutine<?> me = me();
        inner.set(me);
        me.onCompletion(c -> log.add(c.state() + " " + (Coroutine.current() == me)));
        return 7;
      });
      Coroutine<?> ended = inner.get();
      Eventually.until("the handle's end", ended::isDone);
      Eventually.until("the action", () -> !log.isEmpty());
      ended.cancel();

      assertThat(log).containsExactly("SUCCEEDED false");
      assertThat(ended.state()).isEqualTo(Coroutine.State.SUCCEEDED);
      assertThat(Coroutine.isCancelled()).isFalse();
      return null;
    });
  }

  @Test
  @DisplayName("N3 runOn inside a body has that body's coroutine")
  void currentOnExecutor() {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      boolean same =
          inCoroutine(() ->
              Way.MONO.call(() -> {
                AtomicReference<Coroutine<?>> there = new AtomicReference<>();
                Coroutine.runOn(executor, () -> there.set(me()));
                return there.get() == me();
              }));
      assertThat(same).isTrue();
    }
  }

  // cancellation from outside

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("T1 A9 a deadline around ends the body, and the block")
  void deadlineAround(Way way) {
    AtomicReference<@Nullable Throwable> inside = new AtomicReference<>();
    Throwable failure =
        inCoroutine(() ->
            failureOf(() ->
                Coroutine.withTimeout(
                    Duration.ofMillis(1),
                    () ->
                        way.call(() -> {
                          try {
                            Await.delay(LONG);
                            return "no";
                          } catch (Throwable t) {
                            inside.set(t);
                            throw t;
                          }
                        }))));

    assertThat(failure).isInstanceOf(AwaitTimeoutException.class);
    Eventually.until("the end of the body", () -> inside.get() != null);
    assertThat(inside.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(failures).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("T1 a deadline inside is the body's own")
  void deadlineInside(Way way) {
    inCoroutine(() -> {
      Throwable failure =
          failureOf(() ->
              way.call(() -> {
                Coroutine.withTimeout(Duration.ofMillis(1), () -> Await.delay(LONG));
                return "no";
              }));
      assertThat(failure).isInstanceOf(AwaitTimeoutException.class);
      assertThat(Coroutine.isCancelled()).isFalse();
      return null;
    });
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("A7 A12 a value that comes after the cancel around is discarded")
  void lateValue(Way way) {
    Coroutine<String> outer =
        Coroutine.start(() -> {
          Coroutine<?> me = me();
          return way.call(() -> {
            me.cancel("from outside");
            return "late";
          });
        });

    assertThatThrownBy(outer::await)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(CancellationException.class)
        .hasMessage("from outside");
    if (way != Way.COMPLETABLE) {
      Eventually.until("the discard", () -> discarded.contains("late"));
      assertThat(discarded).containsExactly("late");
    }
    assertThat(outer.state()).isEqualTo(Coroutine.State.CANCELLED);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName(
      "A7 A12 a failure that comes after the cancel around is dropped by the library's hook")
  void lateFailure(Way way) {
    IllegalStateException late = new IllegalStateException("late");
    Coroutine<String> outer =
        Coroutine.start(() -> {
          Coroutine<?> me = me();
          return way.call(() -> {
            me.cancel("from outside");
            throw late;
          });
        });

    assertThatThrownBy(outer::await).isInstanceOf(CompletionException.class);
    assertThat(outer.state()).isEqualTo(Coroutine.State.CANCELLED);
    Eventually.until("the report", () -> !failures.isEmpty());
    assertThat(failures).hasSize(1);
    assertThat(failures.peek())
        .satisfiesAnyOf(f -> assertThat(f).isSameAs(late), f -> assertThat(f).hasCause(late));
  }

  @Test
  @DisplayName("N3 a cancel around waits for the cleanup of the body")
  void cleanupFirst() {
    AtomicBoolean cleaned = new AtomicBoolean();
    CountDownLatch waits = new CountDownLatch(1);
    Coroutine<Boolean> outer =
        Coroutine.start(() -> {
          try {
            return Way.MONO.call(() -> {
              try {
                waits.countDown();
                Await.delay(LONG);
                return false;
              } finally {
                Coroutine.shield(() -> Await.delay(Duration.ofMillis(5)));
                cleaned.set(true);
              }
            });
          } catch (CancellationException e) {
            return cleaned.get();
          }
        });
    Eventually.until("it waits", () -> waits.getCount() == 0);
    outer.cancel();

    assertThat(outer.await()).isTrue();
  }

  @Test
  @DisplayName("A9 a foreign interrupt of the thread cancels its coroutine")
  void foreignInterrupt() {
    AtomicReference<@Nullable Throwable> inside = new AtomicReference<>();
    Coroutine<?> outer =
        Coroutine.start(() ->
            Way.SINGLE.call(() -> {
              Thread.currentThread().interrupt();
              try {
                Await.delay(LONG);
                return "no";
              } catch (Throwable t) {
                inside.set(t);
                throw t;
              }
            }));

    assertThatThrownBy(outer::await).isInstanceOf(CompletionException.class);
    assertThat(outer.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertThat(inside.get()).isInstanceOf(CancellationException.class);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName(
      "S4 a failed scope around: its block throws the failure, the body sees a cancellation")
  void scopeAround(Way way) {
    IllegalStateException ofChild = new IllegalStateException("of the child");
    AtomicReference<@Nullable Throwable> inside = new AtomicReference<>();
    CountDownLatch waits = new CountDownLatch(1);
    Throwable failure =
        inCoroutine(() ->
            failureOf(() -> {
              try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
                scope.fork(() -> {
                  waits.await();
                  throw ofChild;
                });
                return way.call(() -> {
                  try {
                    waits.countDown();
                    Await.delay(LONG);
                    return "no";
                  } catch (Throwable t) {
                    inside.set(t);
                    throw t;
                  }
                });
              }
            }));

    assertThat(failure).isSameAs(ofChild);
    Eventually.until("the end of the body", () -> inside.get() != null);
    assertThat(inside.get()).isExactlyInstanceOf(CancellationException.class);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("A9 a shield around protects the body, and one inside the body's own code")
  void shields(Way way) {
    inCoroutine(() -> {
      me().cancel();
      String shielded =
          Coroutine.shield(() ->
              way.call(() -> {
                Await.delay(Duration.ofNanos(1));
                return "shielded " + Coroutine.isCancelled();
              }));
      assertThat(shielded).isEqualTo("shielded false");
      assertThat(Coroutine.isCancelled()).isTrue();
      return null;
    });
    inCoroutine(() -> {
      Throwable failure =
          failureOf(() ->
              way.call(() -> {
                me().cancel("enough");
                Coroutine.shield(() -> Await.delay(Duration.ofNanos(1)));
                Coroutine.checkCancelled();
                return "no";
              }));
      assertAlone(failure);
      return null;
    });
  }

  // outcomes

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("A7 B3 what the body throws or returns")
  void outcomes(Way way) {
    IllegalStateException unchecked = new IllegalStateException();
    IOException checked = new IOException("io");
    NoClassDefFoundError error = new NoClassDefFoundError("of the body");
    CancellationException cancellation = new CancellationException("of the body");

    inCoroutine(() -> {
      assertThat(failureOf(() -> way.call(() -> fail(unchecked)))).isSameAs(unchecked);
      assertThat(failureOf(() -> way.call(() -> fail(checked))))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(checked);
      assertThat(failureOf(() -> way.call(() -> fail(error)))).isSameAs(error);
      assertThat(failureOf(() -> way.call(() -> fail(cancellation))))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(cancellation);
      assertThat(failureOf(() -> way.call(() -> way.call(() -> fail(checked)))))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(checked);
      return null;
    });
  }

  private static String fail(Throwable failure) throws Exception {
    if (failure instanceof Exception exception) {
      throw exception;
    }
    throw (Error) failure;
  }

  @SuppressWarnings("NullAway") // against the contract
  private static Object nothing() {
    return null;
  }

  @Test
  @DisplayName("B3 null is empty, or a failure of a Single")
  void empty() {
    boolean nothing = inCoroutine(() -> await(mono(() -> null)) == null);
    Throwable ofSingle =
        inCoroutine(
            () -> failureOf(() -> RxJavaBridge.await(RxJavaBridge.single(InPlaceTest::nothing))));

    assertThat(nothing).isTrue();
    assertThat(ofSingle).isInstanceOf(NullPointerException.class).hasMessageContaining("single");
  }

  @Test
  @DisplayName("N1 A8 a failure ten bodies deep has the ten methods once each, and no other place")
  void stackTrace() {
    Throwable failure = inCoroutine(() -> failureOf(() -> level(10)));

    long levels =
        Arrays.stream(failure.getStackTrace())
            .filter(element -> element.getMethodName().equals("level"))
            .count();
    assertThat(levels).isEqualTo(11);
    assertThat(failure.getSuppressed()).isEmpty();
  }

  private static int level(int left) {
    if (left == 0) {
      throw new IllegalStateException("at the end");
    }
    return (left % 2 == 0 ? Way.MONO : Way.SINGLE).call(() -> level(left - 1));
  }

  // what it leaves open

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("S3 a scope that the body leaves open is closed and reported")
  void scopeLeftOpen(Way way) {
    AtomicReference<Coroutine<?>> child = new AtomicReference<>();
    inCoroutine(() -> {
      way.call(() -> {
        child.set(CoroutineScope.open().fork(() -> Await.delay(LONG)));
        return 1;
      });
      Eventually.until("the end of the child", () -> child.get().isDone());
      Await.delay(Duration.ofNanos(1));
      return null;
    });

    assertThat(failures).hasSize(1);
    assertThat(failures.peek()).hasMessageContaining("has not closed");
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("I1 a cursor that the body leaves open is closed")
  void cursorLeftOpen(Way way) {
    AtomicBoolean cancelled = new AtomicBoolean();
    inCoroutine(() -> {
      way.call(() -> {
        Cursor<Integer> items =
            Publishers.iterate(Flux.range(1, 100_000).hide().doOnCancel(() -> cancelled.set(true)));
        return items.next();
      });
      Eventually.until("the cancel", cancelled::get);
      return null;
    });
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("S3 the scopes of the code around stay open")
  void scopeAroundStays(Way way) {
    int value =
        inCoroutine(() -> {
          try (CoroutineScope<Integer, ?> scope = CoroutineScope.open()) {
            CountDownLatch later = new CountDownLatch(1);
            Coroutine<Integer> child =
                scope.fork(() -> {
                  later.await();
                  return 5;
                });
            way.call(() -> {
              try (CoroutineScope<Integer, ?> inner = CoroutineScope.open()) {
                inner.fork(() -> 1);
                inner.join();
              }
              return 1;
            });
            later.countDown();
            scope.join();
            return child.get();
          }
        });

    assertThat(value).isEqualTo(5);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("C1 C2 the body has the context of the code that awaits it")
  void context(Way way) {
    String seen =
        inCoroutine(() ->
            CoroutineContext.with(
                KEY,
                "v",
                () ->
                    withContext(
                        context -> context.put("a", 1),
                        () ->
                            way.call(() ->
                                CoroutineContext.current().get(KEY)
                                    + await(
                                        Mono.deferContextual(view ->
                                            Mono.just(requireNonNull(view.<Integer>get("a")))))))));

    assertThat(seen).isEqualTo("v1");
  }

  // what a review found

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("A9 N3 our own interrupt of a failed scope's block inside does not cancel the outer")
  void scopeInsideFails(Way way) {
    Throwable failure =
        inCoroutine(() -> {
          Throwable thrown =
              failureOf(() ->
                  way.call(() -> {
                    try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
                      scope.fork(() -> {
                        throw new IOException("of the child");
                      });
                      Thread.sleep(LONG);
                    }
                    return "no";
                  }));
          assertThat(Coroutine.isCancelled()).isFalse();
          Await.delay(Duration.ofNanos(1));
          return thrown;
        });

    assertThat(failure)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = ".*_ON_SCHEDULER") // other threads
  @DisplayName("S4 a body that closes a scope around it leaves no other scope's block")
  void closesScopeAround(Way way) {
    IllegalStateException ofChild = new IllegalStateException("of the child");
    Throwable failure =
        inCoroutine(() -> {
          CountDownLatch fail = new CountDownLatch(1);
          try (CoroutineScope<Object, ?> outer = CoroutineScope.open()) {
            outer.fork(() -> {
              fail.await();
              throw ofChild;
            });
            CoroutineScope<Object, ?> inner = CoroutineScope.open();
            way.call(() -> {
              me(); // asks for a handle
              inner.close();
              return "closed";
            });
            inner.close();
            return failureOf(() -> {
              fail.countDown();
              Await.delay(LONG);
              return "no";
            });
          }
        });

    assertThat(failure).isSameAs(ofChild);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("N3 a body that a cancel around has ended is CANCELLED")
  void endedByCancelAround(Way way) {
    AtomicReference<@Nullable Coroutine<?>> inner = new AtomicReference<>();
    Coroutine<String> outer =
        Coroutine.start(() ->
            way.call(() -> {
              inner.set(Coroutine.current());
              Thread.sleep(LONG);
              return "no";
            }));
    Eventually.until("the body", () -> inner.get() != null);
    outer.cancel("from outside");

    Coroutine<?> body = requireNonNull(inner.get());
    Eventually.until("its end", body::isDone);
    assertThat(body.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertThat(body.failure()).isInstanceOf(CancellationException.class);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("A12 a hook for dropped errors that throws does not replace the cancellation")
  void hookThrows(Way way) {
    IllegalStateException late = new IllegalStateException("late");
    Hooks.onErrorDropped(failure -> {
      throw new IllegalArgumentException("of the hook");
    });
    RxJavaPlugins.setErrorHandler(failure -> {
      throw new IllegalArgumentException("of the hook");
    });
    Coroutine<String> outer =
        Coroutine.start(() -> {
          Coroutine<?> me = me();
          return way.call(() -> {
            me.cancel("from outside");
            throw late;
          });
        });

    assertThatThrownBy(outer::await)
        .cause()
        .isInstanceOf(CancellationException.class)
        .hasMessage("from outside");
  }

  @Test
  @DisplayName("N3 awaitOrThrow adds no place to the failure of a body in place")
  void orThrow() {
    IOException own = new IOException("own");
    Throwable failure =
        inCoroutine(() ->
            failureOf(() ->
                Await.awaitOrThrow(
                    mono(() -> {
                      throw own;
                    }),
                    IOException.class)));

    assertThat(failure).isSameAs(own);
    assertThat(own.getSuppressed()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("N1 N5 a coroutine on a platform thread of a factory calls no body")
  void platformThread(Way way) {
    boolean virtual =
        inCoroutine(() -> {
          try (CoroutineScope<Boolean, ?> scope =
              CoroutineScope.open(
                  CoroutineScope.Joiner.<Boolean>awaitAll(),
                  config -> config.withThreadFactory(Thread::new))) {
            Coroutine<Boolean> child =
                scope.fork(() -> way.call(() -> Thread.currentThread().isVirtual()));
            scope.join();
            return child.get();
          }
        });

    assertThat(virtual).isTrue();
  }

  @Test
  @DisplayName("A12 B6 awaitCompletion discards the value outside of the code around")
  void completion() {
    AtomicReference<@Nullable Object> seen = new AtomicReference<>();
    boolean same =
        inCoroutine(() -> {
          ReactorBridge.withContext(
              context ->
                  Operators.enableOnDiscard(
                      context, item -> seen.set(item + " " + Coroutine.current())),
              () -> {
                Await.awaitCompletion(mono(() -> "value"));
              });
          return Await.awaitCollect(mono(() -> 7), Collectors.counting()) == 1L;
        });

    assertThat(seen.get()).isEqualTo("value null");
    assertThat(same).isTrue();
  }
}
