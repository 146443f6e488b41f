package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine.State;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Race;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("S3 S4 A5 A9 A12 races of a scope")
@Timeout(120)
class ScopeRaceTest {

  private static final int ROUNDS = 5_000;

  /** Of races with several coroutines. */
  private static final int FEW_ROUNDS = 2_000;

  private static final Duration LONG = Duration.ofDays(1);

  private static final String CANCEL = "cancel";
  private static final String CLOSE = "close";
  private static final String END = "end";
  private static final String FAILURE = "failure";
  private static final String FORK = "fork";
  private static final String JOIN = "join";
  private static final String OPEN = "open";
  private static final String TIMEOUT = "timeout";
  private static final String INTERRUPT = "interrupt";
  private static final String BETWEEN = "between";

  /** Rounds whose left side, which also makes and ends them, is the owner of a scope. */
  private abstract static class OwnerRound implements Race.Round {
    final IllegalStateException failure = new IllegalStateException("child");
    final CoroutineScope<@Nullable Object, @Nullable Void> scope = CoroutineScope.open();
    final Told told = new Told();

    /** A coroutine that has begun, and fails when it is told. */
    Coroutine<?> forkFailing() {
      return forkFailing(told, failure);
    }

    Coroutine<?> forkFailing(Told when, RuntimeException how) {
      Coroutine<?> child =
          scope.fork(() -> {
            when.await();
            throw how;
          });
      Races.spinUntil("begun", when::isAwaited);
      return child;
    }
  }

  /** Keeps a coroutine that takes no notice of its cancellation, until it is told. */
  private static final class Told {
    private final AtomicReference<@Nullable Runnable> resume = new AtomicReference<>();

    void await() {
      Coroutine.shield(() -> {
        Await.<String>suspend(suspension -> resume.set(() -> suspension.resume("told")));
      });
    }

    boolean isAwaited() {
      return resume.get() != null;
    }

    void tell() {
      requireNonNull(resume.get()).run();
    }
  }

  /** The code behind a block is neither cancelled nor interrupted, not a little later either. */
  private static void assertNoLateInterrupt() throws InterruptedException {
    for (int i = 0; i < 20; i++) {
      assertThat(Thread.currentThread().isInterrupted()).as("the flag behind the block").isFalse();
      Thread.onSpinWait();
    }
    assertThat(Coroutine.isCancelled()).isFalse();
    Thread.sleep(Duration.ofNanos(1));
  }

  private static void delayLong() {
    Await.delay(LONG);
  }

  @Test
  @DisplayName("S3 cancel against fork: a coroutine forked before or after is cancelled")
  void cancelAgainstFork() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS,
            FORK,
            CANCEL,
            () ->
                new Race.Round() {
                  private final CoroutineScope<Object, ?> scope =
                      CoroutineScope.background(config -> config);
                  private @Nullable Coroutine<?> child;
                  private final AtomicBoolean ran = new AtomicBoolean();
                  private boolean before;
                  private boolean after;

                  @Override
                  public void left() {
                    before = scope.isCancelled();
                    child =
                        scope.fork(() -> {
                          ran.set(true);
                          delayLong();
                        });
                    after = scope.isCancelled();
                  }

                  @Override
                  public void right() {
                    scope.cancel();
                  }

                  @Override
                  public String outcome() {
                    Races.spinUntil("cancelled", requireNonNull(child)::isDone);
                    scope.close();
                    assertThat(before && ran.get()).as("ran although cancelled").isFalse();
                    return before ? CANCEL : after ? BETWEEN : FORK;
                  }
                });
    Races.assertAll(outcomes, List.of(FORK, CANCEL), BETWEEN);
  }

  @Test
  @DisplayName("S3 close against fork by another thread: refused and never run, or waited for")
  void closeAgainstFork() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS,
            CLOSE,
            FORK,
            () ->
                new OwnerRound() {
                  private final AtomicBoolean ran = new AtomicBoolean();
                  private boolean ranBefore;
                  private boolean refused;

                  @Override
                  public void left() {
                    scope.close(LONG);
                    ranBefore = ran.get();
                  }

                  @Override
                  public void right() {
                    try {
                      scope.fork(() -> ran.set(true));
                    } catch (IllegalStateException closed) {
                      refused = true;
                    }
                  }

                  @Override
                  public String outcome() {
                    assertThat(ranBefore).as("ran before close returned").isEqualTo(!refused);
                    assertThat(ran.get()).isEqualTo(!refused);
                    return refused ? CLOSE : FORK;
                  }
                });
    Races.assertAll(outcomes, List.of(CLOSE, FORK));
  }

  @Test
  @DisplayName("S4 A12 a failure against close: it is reported once, whoever ended the scope")
  void failureAgainstClose() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              ROUNDS,
              CLOSE,
              FAILURE,
              () ->
                  new OwnerRound() {
                    private final Coroutine<?> child = forkFailing();
                    private boolean cancelled;

                    @Override
                    public void left() throws InterruptedException {
                      cancelled = Coroutine.isCancelled();
                      scope.close();
                      assertNoLateInterrupt();
                    }

                    @Override
                    public void right() {
                      told.tell();
                    }

                    @Override
                    public String outcome() {
                      assertThat(child.state()).isEqualTo(State.FAILED);
                      assertThat(lost.failures()).as("reported").isEqualTo(1);
                      assertThat(scope.failures()).containsExactly(failure);
                      assertThat(thrownBy(scope))
                          .satisfiesAnyOf(
                              thrown -> assertThat(thrown).isSameAs(failure),
                              thrown ->
                                  assertThat(thrown)
                                      .isInstanceOf(CancellationException.class)
                                      .hasSuppressedException(failure));
                      return cancelled ? FAILURE : CLOSE;
                    }
                  });
      Races.assertAll(outcomes, List.of(CLOSE, FAILURE));
    }
  }

  @Test
  @DisplayName("S3 A12 two threads close at once: a failure is reported once")
  void closeAgainstClose() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.run(
              ROUNDS,
              () ->
                  new OwnerRound() {
                    private final Coroutine<?> child = forkFailing();

                    {
                      told.tell();
                      Races.spinUntil("ended", child::isDone);
                    }

                    @Override
                    public void left() {
                      scope.close();
                      assertThat(child.isDone()).isTrue();
                    }

                    @Override
                    public void right() {
                      scope.close();
                      assertThat(child.isDone()).isTrue();
                    }

                    @Override
                    public String outcome() throws InterruptedException {
                      assertThat(lost.failures()).as("reported").isEqualTo(1);
                      assertNoLateInterrupt();
                      return CLOSE;
                    }
                  });
      Races.assertOnly(outcomes, CLOSE);
    }
  }

  @Test
  @DisplayName("S4 A8 two failures at once: the block and join throw one, the other is suppressed")
  void failureAgainstFailure() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.run(
              FEW_ROUNDS,
              () ->
                  new OwnerRound() {
                    private final IllegalStateException other = new IllegalStateException("other");
                    private final Told toldOther = new Told();
                    private final Coroutine<?> child = forkFailing();
                    private final Coroutine<?> sibling = forkFailing(toldOther, other);

                    @Override
                    public void left() {
                      told.tell();
                    }

                    @Override
                    public void right() {
                      toldOther.tell();
                    }

                    @Override
                    public String outcome() throws InterruptedException {
                      Races.spinUntil("both", () -> child.isDone() && sibling.isDone());
                      Races.spinUntil("the block is cancelled", Coroutine::isCancelled);
                      Throwable inBlock = thrownBy(Coroutine::checkCancelled);
                      Throwable first = thrownBy(scope);
                      Throwable second = first == failure ? other : failure;
                      assertThat(inBlock).isSameAs(first);
                      assertThat(first).hasSuppressedException(second);
                      assertThat(scope.failures()).containsExactly(first, second);
                      scope.close();
                      assertNoLateInterrupt();
                      assertThat(lost.failures()).isZero();
                      return first == failure ? "child" : "other";
                    }
                  });
      Races.assertOnly(outcomes, "child", "other");
    }
  }

  private static Throwable thrownBy(CoroutineScope<?, ?> scope) {
    return thrownBy(() -> {
      scope.join();
    });
  }

  private static Throwable thrownBy(Runnable code) {
    try {
      code.run();
    } catch (Throwable t) {
      return t;
    }
    throw new AssertionError("nothing thrown");
  }

  @Test
  @DisplayName("S3 the last end against join: no wake-up is lost")
  void endAgainstJoin() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS,
            JOIN,
            END,
            () ->
                new OwnerRound() {
                  private final Coroutine<?> child = scope.fork(told::await);
                  private boolean ended;

                  {
                    Races.spinUntil("begun", told::isAwaited);
                  }

                  @Override
                  public void left() {
                    ended = child.isDone();
                    Coroutine.withTimeout(
                        Eventually.DEADLINE,
                        () -> {
                          scope.join();
                        });
                    assertThat(child.state()).isEqualTo(State.SUCCEEDED);
                  }

                  @Override
                  public void right() {
                    told.tell();
                  }

                  @Override
                  public String outcome() {
                    scope.close();
                    return ended ? END : JOIN;
                  }
                });
    Races.assertAll(outcomes, List.of(JOIN, END));
  }

  @Test
  @DisplayName("A9 S4 a failure against join: thrown by it, and no interrupt comes behind it")
  void failureAgainstJoin() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              ROUNDS,
              JOIN,
              FAILURE,
              () ->
                  new OwnerRound() {
                    private boolean cancelled;

                    {
                      forkFailing();
                    }

                    @Override
                    public void left() throws InterruptedException {
                      cancelled = Coroutine.isCancelled();
                      assertThat(thrownBy(scope)).isSameAs(failure);
                      assertNoLateInterrupt();
                    }

                    @Override
                    public void right() {
                      told.tell();
                    }

                    @Override
                    public String outcome() throws InterruptedException {
                      scope.close();
                      assertNoLateInterrupt();
                      assertThat(lost.failures()).isZero();
                      return cancelled ? FAILURE : JOIN;
                    }
                  });
      Races.assertAll(outcomes, List.of(JOIN, FAILURE));
    }
  }

  @Test
  @DisplayName("A9 cancel of a scope against its close inside another: no interrupt behind it")
  void cancelAgainstInnerClose() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS,
            CLOSE,
            CANCEL,
            () ->
                new OwnerRound() {
                  private final CoroutineScope<Object, ?> inner = CoroutineScope.open();
                  private boolean cancelled;

                  @Override
                  public void left() throws InterruptedException {
                    cancelled = inner.isCancelled();
                    inner.close();
                    assertNoLateInterrupt();
                  }

                  @Override
                  public void right() {
                    inner.cancel();
                  }

                  @Override
                  public String outcome() throws InterruptedException {
                    assertThat(scope.isCancelled()).isFalse();
                    scope.join();
                    scope.close();
                    assertNoLateInterrupt();
                    return cancelled ? CANCEL : CLOSE;
                  }
                });
    Races.assertAll(outcomes, List.of(CLOSE, CANCEL));
  }

  @Test
  @DisplayName("T1 A9 the timeout against join: returned or timed out, and no interrupt behind it")
  void timeoutAgainstJoin() throws Exception {
    Map<String, Integer> outcomes =
        Race.run(
            ROUNDS,
            () ->
                new Race.Round() {
                  private final TestTime time = new TestTime();
                  private final AtomicBoolean opened = new AtomicBoolean();
                  private String outcome = JOIN;

                  @Override
                  public void left() throws Exception {
                    time.run(() -> {
                      joinInTime();
                      return outcome;
                    });
                  }

                  private void joinInTime() throws InterruptedException {
                    try (var scope =
                        CoroutineScope.open(
                            CoroutineScope.Joiner.awaitAll(),
                            config -> config.withTimeout(Duration.ofSeconds(1)))) {
                      opened.set(true);
                      Races.spinNanos(ThreadLocalRandom.current().nextInt(4_000));
                      scope.join();
                    } catch (AwaitTimeoutException e) {
                      outcome = TIMEOUT;
                    }
                    assertNoLateInterrupt();
                  }

                  @Override
                  public void right() {
                    Races.spinUntil("opened", opened::get);
                    time.advance(Duration.ofSeconds(1));
                  }

                  @Override
                  public String outcome() throws InterruptedException {
                    assertNoLateInterrupt();
                    assertThat(time.scheduled()).isZero();
                    return outcome;
                  }
                });
    Races.assertOnly(outcomes, TIMEOUT, JOIN);
  }

  @Test
  @DisplayName("A5 S3 a cancel of the code around against open: the new scope is cancelled")
  void cancelAgainstOpen() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS,
            OPEN,
            CANCEL,
            () ->
                new OwnerRound() {
                  private boolean before;
                  private boolean after;
                  private @Nullable CoroutineScope<Object, ?> inner;

                  @Override
                  public void left() {
                    before = Coroutine.isCancelled();
                    inner = CoroutineScope.open();
                    after = Coroutine.isCancelled();
                  }

                  @Override
                  public void right() {
                    scope.cancel();
                  }

                  @Override
                  public String outcome() throws InterruptedException {
                    try (var opened = inner) {
                      assertThat(opened != null && opened.isCancelled()).isTrue();
                    }
                    scope.close();
                    assertNoLateInterrupt();
                    return before ? CANCEL : after ? BETWEEN : OPEN;
                  }
                });
    Races.assertAll(outcomes, List.of(OPEN, CANCEL), BETWEEN);
  }

  @Test
  @DisplayName(
      "A9 S3 a cancel of the code around against close: neither it nor a coroutine is lost")
  void outerCancelAgainstClose() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS,
            CLOSE,
            CANCEL,
            () ->
                new OwnerRound() {
                  private final CoroutineScope<@Nullable Object, ?> inner = CoroutineScope.open();
                  private final Coroutine<?> child = inner.fork(ScopeRaceTest::delayLong);
                  private boolean cancelled;

                  @Override
                  public void left() {
                    cancelled = inner.isCancelled();
                    inner.close();
                    assertThat(child.state()).isEqualTo(State.CANCELLED);
                  }

                  @Override
                  public void right() {
                    scope.cancel();
                  }

                  @Override
                  public String outcome() throws InterruptedException {
                    assertThat(Thread.currentThread().isInterrupted()).as("the cancel").isTrue();
                    assertThatThrownBy(Coroutine::checkCancelled)
                        .isInstanceOf(CancellationException.class);
                    scope.close();
                    assertNoLateInterrupt();
                    return cancelled ? CANCEL : CLOSE;
                  }
                });
    Races.assertAll(outcomes, List.of(CLOSE, CANCEL));
  }

  @Test
  @DisplayName("A9 A12 an interrupt of join against the last end: the flag is up in either case")
  void interruptAgainstEnd() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              ROUNDS,
              END,
              INTERRUPT,
              () ->
                  new Race.Round() {
                    private final Told told = new Told();
                    private final AtomicBoolean sent = new AtomicBoolean();
                    private final AtomicBoolean joining = new AtomicBoolean();
                    private final Fork<String> owner = Fork.<String>virtual(this::own);

                    private String own() {
                      try (var scope = CoroutineScope.open()) {
                        scope.fork(told::await);
                        Races.spinUntil("begun", told::isAwaited);
                        joining.set(true);
                        try {
                          scope.join();
                          return END;
                        } catch (CancellationException e) {
                          return INTERRUPT;
                        } finally {
                          Races.spinUntil("the interrupt", sent::get);
                          assertThat(Thread.currentThread().isInterrupted()).isTrue();
                        }
                      }
                    }

                    {
                      Races.spinUntil("joining", joining::get);
                    }

                    @Override
                    public void left() {
                      told.tell();
                    }

                    @Override
                    public void right() {
                      owner.interrupt();
                      sent.set(true);
                    }

                    @Override
                    public String outcome() {
                      Races.spinUntil("the end", owner::isDone);
                      assertThat(lost.failures()).isZero();
                      assertThat(lost.values()).isZero();
                      return owner.join();
                    }
                  });
      Races.assertAll(outcomes, List.of(END, INTERRUPT));
    }
  }

  @Test
  @DisplayName(
      "S4 a coroutine's failure against an await of it in the block: it throws the failure")
  void failureAgainstAwait() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              ROUNDS,
              "await",
              FAILURE,
              () ->
                  new OwnerRound() {
                    private final Coroutine<?> child = forkFailing();
                    private boolean ended;

                    @Override
                    public void left() {
                      ended = child.isDone();
                      assertThat(thrownBy(child::await)).isSameAs(failure);
                    }

                    @Override
                    public void right() {
                      told.tell();
                    }

                    @Override
                    public String outcome() throws InterruptedException {
                      scope.close();
                      assertNoLateInterrupt();
                      assertThat(lost.failures()).isZero();
                      return ended ? FAILURE : "await";
                    }
                  });
      Races.assertAll(outcomes, List.of("await", FAILURE));
    }
  }

  @Test
  @DisplayName("S4 the failure against an await of a sibling: never a bare cancellation")
  void failureAgainstAwaitOfSibling() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            FEW_ROUNDS,
            "await",
            FAILURE,
            () ->
                new OwnerRound() {
                  private final Coroutine<?> sibling = scope.fork(ScopeRaceTest::delayLong);
                  private boolean cancelled;

                  {
                    forkFailing();
                  }

                  @Override
                  public void left() {
                    cancelled = Coroutine.isCancelled();
                    assertThat(thrownBy(sibling::await)).isSameAs(failure);
                  }

                  @Override
                  public void right() {
                    told.tell();
                  }

                  @Override
                  public String outcome() throws InterruptedException {
                    assertThat(thrownBy(scope)).isSameAs(failure);
                    scope.close();
                    assertNoLateInterrupt();
                    return cancelled ? FAILURE : "await";
                  }
                });
    Races.assertAll(outcomes, List.of("await", FAILURE));
  }

  @Test
  @DisplayName(
      "S3 A12 forks by another thread at the end of a cancelled scope: none is a straggler")
  void forkAgainstStragglers() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.run(
              FEW_ROUNDS,
              () ->
                  new OwnerRound() {
                    private final Coroutine<?> child = scope.fork(told::await);

                    {
                      Races.spinUntil("begun", told::isAwaited);
                      scope.cancel();
                    }

                    @Override
                    public void left() {
                      assertThat(thrownBy(scope)).isInstanceOf(CancellationException.class);
                      assertThat(child.isDone()).isTrue();
                    }

                    @Override
                    public void right() {
                      told.tell();
                      scope.fork(() -> {});
                      scope.fork(() -> {});
                    }

                    @Override
                    public String outcome() {
                      scope.close();
                      assertThat(lost.failures()).as("stragglers").isZero();
                      return JOIN;
                    }
                  });
      Races.assertOnly(outcomes, JOIN);
    }
  }
}
