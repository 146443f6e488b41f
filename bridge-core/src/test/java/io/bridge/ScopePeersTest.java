package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.LiveThreads;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rows of peers.md, section Scope, whose peers are not on our class path: what ours does. Row,
 * promise and tests:
 *
 * <ul>
 *   <li>Jox {@code race} hangs when all branches throw an {@code Error} (S4): {@link
 *       #jox_raceOfErrors_throwsTheFirst}
 *   <li>the same: {@code timeout} then says that the time was over (T1): {@link
 *       #jox_raceOfErrorsInTimeout_noTimeout}, {@link #jox_raceInTimeout_timeoutWhenTimeIsOver}
 *   <li>Jox: the body is on another thread, thread-locals are gone (S3): {@link
 *       #jox_body_onCallersThread}
 *   <li>Jox: forks ignore what was bound inside the scope (S3, C1): {@link
 *       #jox_innerBinding_forksSeeIt}; its {@code ScopedValue}s are a matter of C4
 *   <li>Jox: one to four threads more for each construct (S8): {@link #jox_threads_oneForEachFork}
 *   <li>JDK 25 {@code StructuredTaskScope}: siblings' failures are lost (S4): {@link
 *       #jdk_failuresOfSiblings_kept}, {@link #jdk_raceLost_allFailuresKept}
 *   <li>the same: no cancel of one child (S5): {@link #jdk_oneChildCancelled_othersGoOn}
 *   <li>the same: children cannot fork (S3): {@link #jdk_childrenFork_intoTheirScope}, {@link
 *       #jdk_childrenOpenScopes_cancelledWithThem}
 *   <li>Vert.x: the verticle's exclusivity is lost after {@code await(timeout)} (T1): {@link
 *       #vertx_timedOutAwait_goesOnAsBefore}
 * </ul>
 */
@DisplayName("what scopes of peers get wrong, and ours do not")
@Timeout(60)
class ScopePeersTest {

  private static final Duration LONG = Duration.ofDays(1);
  private static final Duration SHORT = Duration.ofMillis(30);
  private static final CoroutineContext.Key<String> USER = CoroutineContext.Key.of("user");
  private static final ThreadLocal<String> REQUEST = ThreadLocal.withInitial(() -> "none");

  private final Probe<String> never = new Probe<>();

  /** A failure that is no Exception. */
  private static final class Mishap extends Error {

    private static final long serialVersionUID = 1L;

    Mishap(String message) {
      super(message);
    }
  }

  /** What Jox calls a race, in our forms. */
  enum Race {
    SCOPE {
      @Override
      String of(List<Body<String, RuntimeException>> branches) {
        try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
          branches.forEach(scope::fork);
          return scope.join();
        }
      }
    },
    AWAIT_ANY {
      @Override
      String of(List<Body<String, RuntimeException>> branches) {
        List<Coroutine<String>> started = branches.stream().map(Race::start).toList();
        return Await.awaitAny(started);
      }
    };

    abstract String of(List<Body<String, RuntimeException>> branches);

    private static Coroutine<String> start(Body<String, RuntimeException> branch) {
      return Coroutine.start(branch);
    }
  }

  private static List<Body<String, RuntimeException>> failing(List<? extends Error> errors) {
    return errors.stream()
        .<Body<String, RuntimeException>>map(error ->
            () -> {
              throw error;
            })
        .toList();
  }

  private static List<Mishap> mishaps(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Mishap("branch " + i)).toList();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("S4 Jox race of Errors hangs: ours throws the first, the others suppressed in it")
  void jox_raceOfErrors_throwsTheFirst(Race race) {
    for (int branches = 1; branches <= 5; branches++) {
      List<Mishap> errors = mishaps(branches);

      Throwable thrown = catchThrowable(() -> race.of(failing(errors)));

      assertThat(thrown).isIn(errors);
      assertThat(thrown.getSuppressed())
          .as("the others")
          .filteredOn(errors::contains)
          .hasSize(branches - 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("T1 S4 Jox race of Errors in a timeout is a TimeoutException: ours is the Error")
  void jox_raceOfErrorsInTimeout_noTimeout(Race race) {
    List<Mishap> errors = mishaps(3);
    assertThat(catchThrowable(() -> Coroutine.withTimeout(LONG, () -> race.of(failing(errors)))))
        .isIn(errors);

    try (CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.open(
            Joiner.awaitAllSuccessfulOrThrow(), config -> config.withTimeout(LONG))) {
      failing(errors).forEach(scope::fork);
      assertThat(catchThrowable(scope::join)).as("the scope's own timeout").isIn(errors);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("T1 a timeout around a race says so when its time is over, and not before")
  void jox_raceInTimeout_timeoutWhenTimeIsOver(Race race) {
    Body<String, RuntimeException> endless = () -> Await.awaitSingle(never);
    long begin = System.nanoTime();

    assertThatThrownBy(() -> Coroutine.withTimeout(SHORT, () -> race.of(List.of(endless, endless))))
        .isExactlyInstanceOf(AwaitTimeoutException.class);

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(SHORT);
    never.complete(); // coroutines that no scope ends
  }

  @Test
  @DisplayName(
      "S3 Jox runs the body elsewhere: ours on the caller's thread, with its thread-locals")
  void jox_body_onCallersThread() {
    Thread caller = Thread.currentThread();
    REQUEST.set("request 1");
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> {});
      assertThat(Thread.currentThread()).isSameAs(caller);
      assertThat(REQUEST.get()).isEqualTo("request 1");
      Coroutine.withTimeout(
          LONG,
          () -> {
            assertThat(Thread.currentThread()).isSameAs(caller);
            REQUEST.set("request 2");
          });
      scope.join();
      assertThat(REQUEST.get()).isEqualTo("request 2");
    } finally {
      REQUEST.remove();
    }
  }

  private static @Nullable String user() {
    return CoroutineContext.current().get(USER);
  }

  @Test
  @DisplayName(
      "C1 S3 Jox forks ignore what is bound inside the scope: ours inherit it, at any depth")
  void jox_innerBinding_forksSeeIt() {
    List<@Nullable String> seen = new CopyOnWriteArrayList<>();
    CoroutineContext.with(
        USER,
        "outer",
        () -> {
          try (var scope = CoroutineScope.open()) {
            Coroutine<?> outer = scope.fork(() -> seen.add(user()));
            outer.await();
            CoroutineContext.with(
                USER,
                "inner",
                () -> {
                  Coroutine<?> inner =
                      scope.fork(() -> {
                        seen.add(user());
                        scope.fork(() -> seen.add(user())).await();
                      });
                  inner.await();
                });
            scope.fork(() -> seen.add(user()));
            scope.join();
          }
        });
    assertThat(seen).containsExactly("outer", "inner", "inner", "outer");
  }

  @Test
  @DisplayName("S8 Jox has up to four threads a construct: ours one a fork, none for all else")
  void jox_threads_oneForEachFork() {
    CoroutineScope.open().close(); // what the JDK starts once, it starts here
    LiveThreads live = LiveThreads.sinceNow();
    List<Long> forks = new CopyOnWriteArrayList<>();
    Body<String, RuntimeException> waiting =
        () -> {
          forks.add(Thread.currentThread().threadId());
          return Await.awaitSingle(never);
        };
    try (var outer = CoroutineScope.open(Joiner.awaitAll(), config -> config.withTimeout(LONG));
        var inner = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      assertThat(withoutTimer(live)).as("two scopes, one with a timeout").isEmpty();

      outer.fork(waiting);
      inner.fork(waiting);
      inner.fork(waiting);
      Eventually.until("all run", () -> forks.size() == 3);
      assertThat(
              catchThrowable(() ->
                  Coroutine.withTimeout(
                      SHORT,
                      () -> {
                        inner.join();
                      })))
          .isInstanceOf(AwaitTimeoutException.class);
      assertThat(withoutTimer(live)).containsExactlyInAnyOrderElementsOf(forks);
    }
    Eventually.until("all have ended", () -> withoutTimer(live).isEmpty());
  }

  /** One thread of the library serves all timeouts. */
  private static List<Long> withoutTimer(LiveThreads live) {
    return live.started().entrySet().stream()
        .filter(thread -> !thread.getValue().equals("bridge-timer"))
        .map(thread -> thread.getKey())
        .toList();
  }

  @Test
  @DisplayName("S4 JDK 25 loses the failures of siblings: ours are suppressed, and in failures()")
  void jdk_failuresOfSiblings_kept() {
    IllegalStateException first = new IllegalStateException("first");
    Mishap ofCleanup = new Mishap("the cleanup of its cancelled sibling");
    try (var scope = CoroutineScope.open()) {
      CountDownLatch began = new CountDownLatch(2);
      scope.fork(() -> {
        began.countDown();
        try {
          return Await.awaitSingle(never);
        } catch (CancellationException e) {
          throw ofCleanup;
        }
      });
      Coroutine<?> quiet =
          scope.fork(() -> {
            began.countDown();
            return Await.awaitSingle(never);
          });
      scope.fork(() -> {
        began.await();
        throw first;
      });

      assertThatThrownBy(scope::join).isSameAs(first);

      assertThat(first.getSuppressed())
          .contains(ofCleanup)
          .doesNotHaveAnyElementsOfTypes(CancellationException.class);
      assertThat(scope.failures()).containsExactly(first, ofCleanup);
      assertThat(quiet.state()).isEqualTo(Coroutine.State.CANCELLED);
    }
  }

  @Test
  @DisplayName("S4 of a race that all lose, every failure is in failures(), eight suppressed")
  void jdk_raceLost_allFailuresKept() {
    List<Mishap> errors = mishaps(12);
    try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      failing(errors).forEach(scope::fork);
      Throwable thrown = catchThrowable(scope::join);
      assertThat(scope.failures()).containsExactlyInAnyOrderElementsOf(errors);
      assertThat(errors).contains((Mishap) thrown);
      assertThat(thrown.getSuppressed()).filteredOn(errors::contains).hasSize(8);
    }
  }

  @Test
  @DisplayName("S5 JDK 25 has no cancel of one child: ours ends alone, the scope does not fail")
  void jdk_oneChildCancelled_othersGoOn() {
    Probe<String> other = new Probe<>();
    try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      Coroutine<String> awaiting = scope.fork(() -> Await.awaitSingle(never));
      Coroutine<String> blocking =
          scope.fork(() -> {
            Thread.sleep(LONG);
            return "never";
          });
      scope.fork(() -> Await.awaitSingle(other));
      never.awaitRequest();
      other.awaitRequest();

      awaiting.cancel();
      blocking.cancel("not needed");

      assertThatThrownBy(awaiting::await).hasRootCauseInstanceOf(CancellationException.class);
      assertThatThrownBy(blocking::await).hasRootCauseMessage("not needed");
      assertThat(scope.isCancelled()).isFalse();
      assertThat(never.cancels()).isEqualTo(1);
      scope.fork(() -> "later");
      other.next("other").complete();
      assertThat(scope.join()).containsExactly("other", "later");
      assertThat(scope.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("S3 JDK 25 children cannot fork: ours do, into their own scope, and are waited for")
  void jdk_childrenFork_intoTheirScope() {
    try (CoroutineScope<String, @Nullable Void> scope = CoroutineScope.open()) {
      List<String> visited = new CopyOnWriteArrayList<>();
      visit(scope, "", visited);
      scope.join();
      assertThat(visited)
          .hasSize(1 + 3 + 9 + 27)
          .doesNotHaveDuplicates()
          .contains("", "0", "012", "222");
    }
  }

  private static void visit(
      CoroutineScope<String, @Nullable Void> scope, String node, List<String> visited) {
    visited.add(node);
    if (node.length() < 3) {
      for (int i = 0; i < 3; i++) {
        String child = node + i;
        scope.fork(() -> {
          visit(scope, child, visited);
          return child;
        });
      }
    }
  }

  @Test
  @DisplayName("S3 S4 children open scopes of their own, which a sibling's failure cancels too")
  void jdk_childrenOpenScopes_cancelledWithThem() {
    IllegalStateException failure = new IllegalStateException("sibling");
    List<Coroutine<?>> grandchildren = new CopyOnWriteArrayList<>();
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> {
        try (var own = CoroutineScope.open()) {
          for (int i = 0; i < 2; i++) {
            grandchildren.add(own.fork(() -> Await.awaitSingle(never)));
          }
          own.join();
        }
      });
      scope.fork(() -> {
        Eventually.until("the grandchildren wait", () -> never.requests().size() == 2);
        throw failure;
      });
      assertThatThrownBy(scope::join).isSameAs(failure);
    }
    assertThat(grandchildren)
        .hasSize(2)
        .allMatch(coroutine -> coroutine.state() == Coroutine.State.CANCELLED);
    assertThat(never.cancels()).isEqualTo(2);
  }

  @Test
  @DisplayName("T1 Vert.x await(timeout) loses the verticle's exclusivity: ours goes on as before")
  void vertx_timedOutAwait_goesOnAsBefore() {
    try (var scope = CoroutineScope.open(Joiner.awaitAll())) {
      Coroutine<?> child =
          CoroutineContext.with(
              USER,
              "alice",
              () ->
                  scope.fork(() -> {
                    Thread thread = Thread.currentThread();
                    Coroutine<?> self = Coroutine.current();
                    REQUEST.set("request 1");
                    for (int round = 0; round < 3; round++) {
                      assertThatThrownBy(
                              () -> Coroutine.withTimeout(SHORT, () -> Await.awaitSingle(never)))
                          .isExactlyInstanceOf(AwaitTimeoutException.class);

                      assertThat(Thread.currentThread()).isSameAs(thread);
                      assertThat(Coroutine.current()).isSameAs(self);
                      assertThat(REQUEST.get()).isEqualTo("request 1");
                      assertThat(user()).isEqualTo("alice");
                      assertThat(thread.isInterrupted()).isFalse();
                      assertThat(Coroutine.isCancelled()).isFalse();
                      assertThat(scope.fork(() -> "as " + user()).await()).isEqualTo("as alice");
                    }
                    Await.awaitSingle(never);
                  }));
      Eventually.until("the last await", () -> never.requests().size() == 4);
      assertThat(never.cancels()).as("of those that timed out").isEqualTo(3);

      scope.cancel();

      assertThat(catchThrowable(scope::join)).isInstanceOf(CancellationException.class);
      assertThat(child.state()).isEqualTo(Coroutine.State.CANCELLED);
      assertThat(never.cancels()).isEqualTo(4);
      assertThat(scope.failures()).isEmpty();
    }
  }
}
