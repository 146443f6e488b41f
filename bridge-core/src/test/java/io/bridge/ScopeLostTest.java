package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("S3 (2): a scope that its block leaves open is reported once, and harmless")
@Timeout(60)
class ScopeLostTest {

  private final IllegalStateException ofChild = new IllegalStateException("of the child");
  private final Undelivered lost = new Undelivered();
  private final List<Coroutine<?>> children = new CopyOnWriteArrayList<>();
  private final ExecutorService pool =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());

  @AfterEach
  void close() {
    lost.close();
    pool.shutdownNow();
  }

  private static CoroutineScope<String, @Nullable Void> open() {
    return CoroutineScope.open(Joiner.<String>awaitAllSuccessfulOrThrow());
  }

  private List<Throwable> notClosed() {
    return lost.failures().stream()
        .filter(t -> String.valueOf(t.getMessage()).contains("was not closed"))
        .toList();
  }

  private void assertReportedOnce() {
    Eventually.until("the report", () -> !notClosed().isEmpty());
    Throwable report = notClosed().get(0);
    assertThat(report).hasMessageContaining("CoroutineScope[bridge-scope");
    assertThat(requireNonNull(report.getCause()).getStackTrace()[0].getClassName())
        .isEqualTo(ScopeLostTest.class.getName());
  }

  /** What a task of a pool does with the thread that it was given. */
  private static void useThread() {
    Scopes.assertFree();
    Coroutine.withTimeout(Scopes.LONG, () -> Await.delay(Duration.ofMillis(1)));
    try (CoroutineScope<String, @Nullable Void> own = open()) {
      own.fork(() -> "a");
      own.join();
      assertThat(own.isCancelled()).isFalse();
    }
    assertThat(Await.mapConcurrent(List.of(1, 2), 2, i -> i + 1)).containsExactly(2, 3);
    Scopes.assertFree();
  }

  @Test
  @DisplayName("S3 (2): it fails in the thread's next task, which goes on")
  void failsInNextTask() throws Exception {
    CountDownLatch next = new CountDownLatch(1);
    Future<CoroutineScope<String, @Nullable Void>> first =
        pool.submit(() -> {
          CoroutineScope<String, @Nullable Void> scope = open();
          scope.fork(() -> {
            next.await();
            throw ofChild;
          });
          return scope;
        });
    CoroutineScope<String, @Nullable Void> scope = first.get();
    pool.submit(
            () -> {
              next.countDown();
              Scopes.awaitCancelled(scope);
              assertReportedOnce();
              useThread();
            })
        .get();
    scope.close();
    assertThat(notClosed()).hasSize(1);
    assertThat(lost.failures()).contains(ofChild).hasSize(2);
  }

  @Test
  @DisplayName("S3 (2): it failed in its own task, and its thread's next task goes on")
  void failedBefore() throws Exception {
    CoroutineScope<String, @Nullable Void> scope =
        pool.submit(
                () -> {
                  CoroutineScope<String, @Nullable Void> left = open();
                  Scopes.failed(left, ofChild);
                  Scopes.awaitCancelled();
                  return left;
                })
            .get();
    pool.submit(ScopeLostTest::useThread).get();
    assertReportedOnce();
    scope.close();
    assertThat(notClosed()).hasSize(1);
  }

  /** Where a scope is opened that is then forgotten. */
  enum Place {
    PLAIN,
    VIRTUAL,
    IN_TIMEOUT,
    IN_CONTEXT,
    ON_EXECUTOR;

    void run(Runnable code) {
      switch (this) {
        case PLAIN -> Fork.platform(code::run).join();
        case VIRTUAL -> Fork.virtual(code::run).join();
        case IN_TIMEOUT -> Coroutine.withTimeout(Scopes.LONG, code::run);
        case IN_CONTEXT ->
            CoroutineContext.with(CoroutineContext.Key.of("key"), "value", code::run);
        case ON_EXECUTOR -> Coroutine.runOn(task -> Thread.ofPlatform().start(task), code::run);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("S3 (2): one that nobody can close any more is closed, and reported with its place")
  void unreachable(Place place) {
    place.run(() -> children.add(open().fork(Scopes::forever)));
    Eventually.until(
        "its coroutine is cancelled",
        () -> {
          System.gc();
          return children.get(0).isDone();
        });
    assertReportedOnce();
    Scopes.assertFree();
    assertThat(lost.failures()).hasSize(1);
  }

  private static WeakReference<?> closed() {
    CoroutineScope<String, @Nullable Void> scope = open();
    scope.fork(() -> "a");
    scope.join();
    scope.close();
    return new WeakReference<>(scope);
  }

  @Test
  @DisplayName("S3 (2): one that was closed is not reported, nor one that waits in its join")
  void notLost() {
    CountDownLatch go = new CountDownLatch(1);
    Fork<String> joining =
        Fork.virtual(() -> {
          CoroutineScope<String, @Nullable Void> scope = open();
          children.add(
              scope.fork(() -> {
                go.await();
                return "a";
              }));
          scope.join(); // and nobody has the scope behind it
        });
    joining.awaitParked();
    WeakReference<?> closed = closed();
    Eventually.until(
        "it is collected",
        () -> {
          System.gc();
          return closed.refersTo(null);
        });
    assertThat(lost.failures()).isEmpty();
    go.countDown();
    joining.join();
    assertThat(children).allMatch(child -> child.state() == Coroutine.State.SUCCEEDED);
    Eventually.until(
        "behind the join it is lost",
        () -> {
          System.gc();
          return !notClosed().isEmpty();
        });
  }

  @Test
  @DisplayName("S4: the block itself, in whatever method, is cancelled as before")
  void sameTask() throws Exception {
    Throwable seen =
        pool.submit(
                () -> {
                  try (CoroutineScope<String, @Nullable Void> scope = open()) {
                    Scopes.failing(scope, ofChild);
                    return catchThrowable(() -> Await.delay(Scopes.LONG));
                  }
                })
            .get();
    assertThat(seen).isSameAs(ofChild);
    assertThat(lost.failures()).isEmpty();
  }
}
