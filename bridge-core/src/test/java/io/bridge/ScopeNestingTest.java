package io.bridge;

import static io.bridge.Scopes.LONG;
import static io.bridge.Scopes.assertFree;
import static io.bridge.Scopes.awaitCancelled;
import static io.bridge.Scopes.failing;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.lang.ref.WeakReference;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A9 S3 blocks of scopes that are not left in the order of Java's blocks")
@Timeout(60)
class ScopeNestingTest {

  private static IllegalStateException failure() {
    return new IllegalStateException("child");
  }

  /** A block around which there may be, or in which there may be, a scope. */
  enum Frame {
    TIMEOUT {
      @Override
      void run(VoidBody<RuntimeException> body) {
        Coroutine.withTimeout(LONG, body);
      }
    },
    SHIELD {
      @Override
      void run(VoidBody<RuntimeException> body) {
        Coroutine.shield(body);
      }
    },
    WITH {
      @Override
      void run(VoidBody<RuntimeException> body) {
        CoroutineContext.<String, RuntimeException>with(KEY, "inside", body);
      }
    },
    SCOPE {
      @Override
      void run(VoidBody<RuntimeException> body) {
        try (var scope = CoroutineScope.open()) {
          body.run();
          assertThat(scope.failures()).isEmpty();
        }
      }
    };

    static final CoroutineContext.Key<String> KEY = CoroutineContext.Key.of("frame");

    abstract void run(VoidBody<RuntimeException> body);
  }

  /** A scope and the frames that its use crosses; each leaves the thread as it was. */
  enum Shape {
    JOINED_INSIDE {
      @Override
      CoroutineScope<?, ?> use(Frame frame) {
        try (var scope = CoroutineScope.open()) {
          Coroutine<String> child = scope.fork(() -> "a");
          frame.run(() -> scope.join());
          assertThat(child.get()).isEqualTo("a");
          assertFree();
          return scope;
        }
      }
    },
    CLOSED_INSIDE {
      @Override
      CoroutineScope<?, ?> use(Frame frame) {
        CoroutineScope<Object, @Nullable Void> scope = CoroutineScope.open();
        scope.fork(Scopes::forever);
        frame.run(scope::close);
        assertFree();
        return scope;
      }
    },
    JOINED_INSIDE_OF_TWO {
      @Override
      CoroutineScope<?, ?> use(Frame frame) {
        CoroutineScope<?, ?>[] used = new CoroutineScope<?, ?>[1];
        frame.run(() -> used[0] = JOINED_INSIDE.use(frame));
        return used[0];
      }
    },
    FAILED_AND_JOINED_INSIDE {
      @Override
      CoroutineScope<?, ?> use(Frame frame) {
        try (var scope = CoroutineScope.open()) {
          IllegalStateException failure = failure();
          failing(scope, failure);
          awaitCancelled();
          frame.run(() -> {
            assertThatThrownBy(scope::join).isSameAs(failure);
            assertFree();
          });
          assertFree();
          return scope;
        }
      }
    },
    LEFT_OPEN {
      @Override
      CoroutineScope<?, ?> use(Frame frame) {
        CoroutineScope<?, ?>[] used = new CoroutineScope<?, ?>[1];
        frame.run(() -> {
          CoroutineScope<Object, @Nullable Void> scope = CoroutineScope.open();
          used[0] = scope;
          scope.fork(Scopes::forever);
        });
        assertFree();
        used[0].close();
        return used[0];
      }
    },
    LEFT_OPEN_AND_FAILED {
      @Override
      CoroutineScope<?, ?> use(Frame frame) {
        CoroutineScope<?, ?>[] used = new CoroutineScope<?, ?>[1];
        IllegalStateException failure = failure();
        CountDownLatch go = new CountDownLatch(1);
        frame.run(() -> {
          CoroutineScope<Object, @Nullable Void> scope = CoroutineScope.open();
          used[0] = scope;
          scope.fork(() -> {
            go.await();
            throw failure;
          });
        });
        go.countDown();
        awaitCancelled(used[0]);
        assertFree();
        assertThatThrownBy(() -> used[0].join()).isSameAs(failure);
        used[0].close();
        return used[0];
      }
    },
    TWO_IN_OPENING_ORDER {
      @Override
      CoroutineScope<?, ?> use(Frame frame) {
        CoroutineScope<Object, @Nullable Void> first = CoroutineScope.open();
        CoroutineScope<Object, @Nullable Void> second = CoroutineScope.open();
        frame.run(() -> first.join());
        frame.run(() -> second.join());
        first.close();
        second.close();
        return first;
      }
    };

    abstract CoroutineScope<?, ?> use(Frame frame);
  }

  static Stream<Arguments> shapes() {
    return Stream.of(Shape.values())
        .flatMap(shape -> Stream.of(Frame.values()).map(frame -> Arguments.of(shape, frame)))
        .filter(arguments -> !failsInTheOpen(arguments.get()));
  }

  /** A scope leaves the blocks in it alone: the failure of one that is open reaches its thread. */
  private static boolean failsInTheOpen(Object[] shapeAndFrame) {
    return shapeAndFrame[0] == Shape.LEFT_OPEN_AND_FAILED && shapeAndFrame[1] == Frame.SCOPE;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisplayName("A9 S3 the thread is as before: no flag, no context, nothing cancelled")
  void asBefore(Shape shape, Frame frame) {
    for (TimeoutTest.On on : TimeoutTest.On.values()) {
      on.run(() -> {
        CoroutineScope<?, ?> scope = shape.use(frame);
        assertThat(scope.isCancelled()).as("closed").isTrue();
        assertFree();
        assertThat(CoroutineContext.current()).isSameAs(CoroutineContext.empty());
        return "done";
      });
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisplayName("A13 a thread that lives on keeps nothing of a scope that it has closed")
  void nothingKept(Shape shape, Frame frame) {
    AtomicReference<@Nullable WeakReference<?>> scope = new AtomicReference<>();
    CountDownLatch end = new CountDownLatch(1);
    Fork<String> thread =
        Fork.platform(() -> {
          scope.set(new WeakReference<>(shape.use(frame)));
          end.await();
        });
    Eventually.until("the scope is collected", () -> isCollected(thread, scope.get()));
    end.countDown();
    thread.join();
  }

  private static boolean isCollected(Fork<?> thread, @Nullable WeakReference<?> reference) {
    System.gc();
    return thread.isDone()
        ? thread.join() == null // it has failed
        : reference != null && reference.refersTo(null);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisplayName("A9 S3 a cancel of the coroutine still reaches its code behind it")
  void cancelReaches(Shape shape, Frame frame) {
    CountDownLatch used = new CountDownLatch(1);
    Coroutine<?> coroutine =
        Coroutine.start(() -> {
          shape.use(frame);
          used.countDown();
          return Scopes.forever();
        });
    Eventually.until("it was used", () -> coroutine.isDone() || used.getCount() == 0);
    coroutine.cancel("why");
    assertThatThrownBy(coroutine::await)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage("why");
  }

  @Test
  @DisplayName("A9 a scope that a subscriber leaves open in onNext is not one of the body's")
  void leftOpenBySubscriber() {
    Probe<String> probe = new Probe<>();
    AtomicReference<@Nullable CoroutineScope<Object, @Nullable Void>> left =
        new AtomicReference<>();
    SignalLog log = new SignalLog().onSubscribe(upstream -> upstream.request(1));
    log.onNext(upstream -> left.set(CoroutineScope.open()));
    AtomicReference<@Nullable Coroutine<?>> body = new AtomicReference<>();
    Publishers.<String>publisher(
            emitter -> {
              body.set(Coroutine.current());
              emitter.emit("a");
              assertThat(Coroutine.current()).isSameAs(body.get());
              Await.awaitSingle(probe);
            })
        .subscribe(log);
    probe.awaitRequest();
    requireNonNull(body.get()).cancel();
    probe.awaitCancel();
    requireNonNull(left.get()).close();
  }

  @Test
  @DisplayName(
      "S3 S9 a scope that a body of runOn leaves open is closed with the coroutine, reported")
  void leftOpenByRunOn() {
    AtomicReference<@Nullable CoroutineScope<Object, @Nullable Void>> left =
        new AtomicReference<>();
    try (Undelivered lost = new Undelivered();
        ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Coroutine<@Nullable Void> coroutine =
          Coroutine.start(() -> Coroutine.runOn(executor, () -> left.set(CoroutineScope.open())));
      Eventually.until("the coroutine ends", coroutine::isDone);
      assertThat(lost.failures()).singleElement().isExactlyInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> requireNonNull(left.get()).fork(() -> "late"))
          .isExactlyInstanceOf(IllegalStateException.class);
    }
  }
}
