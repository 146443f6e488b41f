package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("S9 runOn: where the body runs, and what becomes of its outcome")
@Timeout(60)
class RunOnTest {

  private static final CoroutineContext.Key<String> USER = CoroutineContext.Key.of("user");

  /** The executors that a user may have. */
  enum On {
    SINGLE,
    POOL,
    FORK_JOIN,
    VIRTUAL;

    ExecutorService make() {
      return switch (this) {
        case SINGLE -> Executors.newSingleThreadExecutor();
        case POOL -> Executors.newFixedThreadPool(3);
        case FORK_JOIN -> new ForkJoinPool(2);
        case VIRTUAL -> Executors.newVirtualThreadPerTaskExecutor();
      };
    }
  }

  private static boolean isUp() {
    return Thread.currentThread().isInterrupted();
  }

  @ParameterizedTest
  @EnumSource(On.class)
  @DisplayName(
      "S9 C1 A13 the body runs on the executor, in the coroutine and context of its caller")
  void place(On on) {
    try (ExecutorService executor = on.make()) {
      int[] plain = new int[2];
      Coroutine<String> coroutine =
          Coroutine.start(() ->
              CoroutineContext.<String, String, Exception>with(
                  USER,
                  "ann",
                  () -> {
                    Thread caller = Thread.currentThread();
                    Coroutine<?> outside = Coroutine.current();
                    plain[0] = 1;
                    String user =
                        Coroutine.runOn(
                            executor,
                            () -> {
                              assertThat(Thread.currentThread()).isNotSameAs(caller);
                              assertThat(Coroutine.current()).isNotNull().isSameAs(outside);
                              plain[1] = plain[0] + 1;
                              return CoroutineContext.current().get(USER)
                                  + Await.awaitSingle(Items.of("!"));
                            });
                    assertThat(plain[1]).isEqualTo(2);
                    assertThat(Coroutine.current()).isSameAs(outside);
                    return user;
                  }));
      assertThat(coroutine.await()).isEqualTo("ann!");
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("S9 on plain threads too: no coroutine, null as a value, the form without one")
  void plainThreads(Where where) {
    try (OneThread executor = OneThread.platform("ui")) {
      List<Thread> ran = new CopyOnWriteArrayList<>();
      where
          .fork(() -> {
            assertThat(
                    Coroutine.<@Nullable Coroutine<?>, RuntimeException>runOn(
                        executor, () -> Coroutine.current()))
                .isNull();
            Coroutine.runOn(executor, () -> ran.add(Thread.currentThread()));
            Coroutine.runOn(
                executor,
                () -> {
                  ran.add(Thread.currentThread());
                });
            return "done";
          })
          .join();
      assertThat(ran).containsExactly(executor.thread(), executor.thread());
      assertThat(executor.lateInterrupts()).isZero();
    }
  }

  @Test
  @DisplayName("S9 nothing of the body is left on the executor's thread")
  void nothingIsLeft() {
    try (OneThread executor = OneThread.platform("ui")) {
      Coroutine<String> coroutine =
          Coroutine.start(() ->
              CoroutineContext.<String, String, RuntimeException>with(
                  USER, "ann", () -> Coroutine.runOn(executor, () -> "a")));
      assertThat(coroutine.await()).isEqualTo("a");
      AtomicReference<@Nullable CoroutineContext> left = new AtomicReference<>();
      executor.execute(() -> left.set(CoroutineContext.current()));
      Eventually.until("run", () -> left.get() != null);
      assertThat(left.get()).isSameAs(CoroutineContext.empty());
    }
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IOException("checked"),
        new IllegalStateException("unchecked"),
        new StackOverflowError("an Error"),
        new CancellationException("the body's own"),
        new InterruptedException("the body's own"));
  }

  private static <X extends Throwable> void raise(Throwable failure) throws X {
    @SuppressWarnings("unchecked") // erased
    X raised = (X) failure;
    throw raised;
  }

  @ParameterizedTest
  @MethodSource("failures")
  @DisplayName("S9 A7 A8 the body's failure is thrown as itself, with the place of the call")
  void failure(Throwable failure) {
    try (OneThread executor = OneThread.platform("ui")) {
      Throwable thrown =
          catchThrowable(
              () -> Coroutine.runOn(executor, () -> RunOnTest.<RuntimeException>raise(failure)));
      assertThat(thrown).isSameAs(failure);
      assertThat(thrown.getSuppressed()).hasSize(1);
      assertThat(thrown.getSuppressed()[0])
          .hasMessageStartingWith("awaited at ")
          .hasMessageContaining("RunOnTest.java:");
      assertThat(isUp()).isFalse();
      assertThat(executor.lateInterrupts()).isZero();
    }
  }

  @Test
  @DisplayName("S9 a checked failure of the body's type needs no layer and no cast")
  void checked() {
    try (OneThread executor = OneThread.platform("ui")) {
      IOException failure = new IOException("disk");
      try {
        Coroutine.runOn(
            executor,
            () -> {
              throw failure;
            });
      } catch (IOException e) {
        assertThat(e).isSameAs(failure);
        return;
      }
      throw new AssertionError("it did not throw");
    }
  }

  @Test
  @DisplayName("S9 A2 A3 a refused, interrupted or cancelled caller never touches the executor")
  void guardFirst() {
    AtomicInteger touched = new AtomicInteger();
    Executor executor = task -> touched.incrementAndGet();
    try (Registration rejection = Await.rejectOn(t -> t.getName().equals("fork"))) {
      assertThat(
              Fork.platform(
                      () -> {
                        Thread.currentThread().interrupt();
                        Coroutine.runOn(executor, () -> {});
                      })
                  .joinFailure())
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("RunOnTest.java:");
      assertThat(rejection).isNotNull();
    }
    for (Victim.By by : Victim.By.values()) {
      Victim victim =
          Victim.start(
              by,
              () -> {
                Victim.untilStopped();
                Coroutine.runOn(executor, () -> {});
              });
      assertThat(victim.stop().failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(victim.endedWithFlag()).isTrue();
    }
    assertThat(touched).hasValue(0);
  }

  @Test
  @DisplayName("S9 a refusal of the executor is thrown as itself, and the body never runs")
  void refusal() {
    AtomicInteger ran = new AtomicInteger();
    List<Runnable> kept = new ArrayList<>();
    for (Throwable refusal :
        List.of(new RejectedExecutionException("full"), new NoClassDefFoundError("broken"))) {
      Executor executor =
          task -> {
            kept.add(task);
            RunOnTest.<RuntimeException>raise(refusal);
          };
      Throwable thrown =
          catchThrowable(() -> Coroutine.runOn(executor, () -> ran.incrementAndGet()));
      assertThat(thrown).isSameAs(refusal).hasNoSuppressedExceptions();
    }
    kept.forEach(Runnable::run);
    assertThat(ran).hasValue(0);
    ExecutorService shut = Executors.newSingleThreadExecutor();
    shut.shutdown();
    assertThat(catchThrowable(() -> Coroutine.runOn(shut, () -> {})))
        .isExactlyInstanceOf(RejectedExecutionException.class);
  }

  @Test
  @DisplayName("S9 A12 an executor that takes the body and throws: the body's outcome, once")
  void takenAndRefused() {
    Probe<String> probe = new Probe<>();
    RejectedExecutionException refusal = new RejectedExecutionException("but it runs");
    Executor hostile =
        task -> {
          Thread.ofPlatform().daemon().start(task);
          probe.awaitRequest();
          throw refusal;
        };
    try (Undelivered lost = new Undelivered()) {
      Fork<String> fork =
          Fork.platform(() ->
              Coroutine.<String, RuntimeException>runOn(hostile, () -> Await.awaitSingle(probe)));
      fork.awaitParked();
      Eventually.until("reported", () -> lost.failures().equals(List.of(refusal)));
      fork.awaitParked();
      probe.next("a").complete();
      assertThat(fork.join()).isEqualTo("a");
      assertThat(lost.failures()).containsExactly(refusal);
    }
  }

  @Test
  @DisplayName("S9 A12 one that runs it at once and then throws: the same")
  void ranAndThrew() {
    IllegalStateException late = new IllegalStateException("late");
    IOException failure = new IOException("body");
    Executor hostile =
        task -> {
          task.run();
          throw late;
        };
    try (Undelivered lost = new Undelivered()) {
      assertThat(Coroutine.<String, RuntimeException>runOn(hostile, () -> "a")).isEqualTo("a");
      assertThat(
              catchThrowable(() ->
                  Coroutine.runOn(
                      hostile,
                      () -> {
                        throw failure;
                      })))
          .isSameAs(failure);
      assertThat(lost.failures()).containsExactly(late, late);
    }
  }

  @Test
  @DisplayName("S9 an executor that runs the task twice, or again later: the body runs once")
  void twice() {
    AtomicInteger ran = new AtomicInteger();
    List<Runnable> kept = new CopyOnWriteArrayList<>();
    Executor inline =
        task -> {
          kept.add(task);
          task.run();
          task.run();
        };
    Executor elsewhere =
        task -> {
          kept.add(task);
          Thread.ofVirtual().start(task);
          Thread.ofVirtual().start(task);
        };
    assertThat(Coroutine.<Integer, RuntimeException>runOn(inline, ran::incrementAndGet))
        .isEqualTo(1);
    assertThat(Coroutine.<Integer, RuntimeException>runOn(elsewhere, ran::incrementAndGet))
        .isEqualTo(2);
    kept.forEach(Runnable::run);
    assertThat(ran).hasValue(2);
  }

  @Test
  @DisplayName("S9 an executor that runs its task in execute: in place, in the caller's frames")
  void inline() {
    Thread caller = Thread.currentThread();
    IOException failure = new IOException("body");
    Throwable thrown =
        catchThrowable(() ->
            Coroutine.runOn(
                Runnable::run,
                () -> {
                  assertThat(Thread.currentThread()).isSameAs(caller);
                  throw failure;
                }));
    assertThat(thrown).isSameAs(failure).hasNoSuppressedExceptions();
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () ->
                Coroutine.runOn(
                    Runnable::run,
                    () -> {
                      requireNonNull(Coroutine.current()).cancel("from inside");
                      assertThat(Coroutine.isCancelled()).isTrue();
                      Await.delay(java.time.Duration.ofSeconds(60));
                    }));
    assertThat(victim.failure())
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage("from inside");
  }

  @Test
  @DisplayName("S9 a frame that is open on the executor's thread is closed to the body, and back")
  void frameOfTheThread() {
    AtomicReference<@Nullable Runnable> task = new AtomicReference<>();
    Probe<String> probe = new Probe<>();
    Coroutine<String> guest =
        Coroutine.start(() ->
            Coroutine.<String, RuntimeException>runOn(task::set, () -> Await.awaitSingle(probe)));
    Eventually.until("submitted", () -> task.get() != null);
    Victim helper =
        Victim.start(
            Victim.By.CANCEL,
            () -> {
              Coroutine<?> me = Coroutine.current();
              requireNonNull(task.get()).run();
              assertThat(Coroutine.current()).isSameAs(me);
              assertThat(isUp()).as("the helper's own cancel").isTrue();
              Coroutine.checkCancelled();
            });
    probe.awaitRequest();
    helper.stop();
    helper.awaitParked();
    probe.next("a").complete();
    assertThat(guest.await()).isEqualTo("a");
    assertThat(helper.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(probe.cancels()).isZero();
  }

  @Test
  @DisplayName("S9 B6 emit on an executor's thread: the subscriber's code is outside the body")
  void emitInside() {
    try (OneThread executor = OneThread.platform("ui")) {
      List<String> seen = new CopyOnWriteArrayList<>();
      Drain drain = new Drain(Long.MAX_VALUE);
      drain.onNext(
          (self, item) -> seen.add(Thread.currentThread().getName() + " " + Coroutine.current()));
      Publishers.<String>publisher(e -> Coroutine.runOn(executor, () -> e.emit("a")))
          .subscribe(drain);
      assertThat(drain.awaitEnd().items()).containsExactly("a");
      assertThat(drain.failure()).isNull();
      assertThat(seen).containsExactly("ui null");
    }
  }

  /** Makes what must not be kept, in a frame that is gone afterwards. */
  private static WeakReference<Object> runKept(List<Runnable> tasks, boolean cancel)
      throws InterruptedException {
    Object secret = new Object();
    Thread caller =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                CoroutineContext.with(
                    CoroutineContext.Key.of("secret"),
                    secret,
                    () -> Coroutine.<Object, RuntimeException>runOn(tasks::add, () -> secret));
              } catch (CancellationException expected) {
                assertThat(cancel).isTrue();
              }
            });
    Eventually.until("submitted", () -> !tasks.isEmpty());
    if (cancel) {
      caller.interrupt();
    } else {
      tasks.get(0).run();
    }
    caller.join();
    return new WeakReference<>(secret);
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(booleans = {true, false})
  @DisplayName("S9 A13 a task that stays in the executor keeps neither body, value nor context")
  void memory(boolean cancel) throws InterruptedException {
    List<Runnable> tasks = new CopyOnWriteArrayList<>();
    WeakReference<Object> secret = runKept(tasks, cancel);
    Eventually.until(
        "collected",
        () -> {
          System.gc();
          return secret.get() == null;
        });
    assertThat(tasks).hasSize(1);
    tasks.get(0).run();
  }
}
