package io.bridge;

import static io.bridge.Scopes.LONG;
import static io.bridge.Scopes.awaitEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.LiveThreads;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("S8 S10 C1 the threads of a scope")
@Timeout(60)
class ScopeThreadsTest {

  /** Makes virtual threads, and counts them. */
  private static final class Counting implements ThreadFactory {
    final List<Thread> made = new CopyOnWriteArrayList<>();

    @Override
    public Thread newThread(Runnable body) {
      Thread thread = Thread.ofVirtual().unstarted(body);
      made.add(thread);
      return thread;
    }
  }

  private static CoroutineScope<Object, @Nullable Void> open(ThreadFactory factory) {
    return CoroutineScope.open(Joiner.awaitAll(), config -> config.withThreadFactory(factory));
  }

  /** The threads that all timeouts of the JVM share have been started. */
  private static void timersRun() {
    Coroutine.withTimeout(LONG, () -> Await.delay(Duration.ofMillis(1)));
  }

  @Test
  @DisplayName("S8 an empty scope, its timeout and its join start no thread; a fork exactly one")
  void counted() {
    timersRun();
    Counting factory = new Counting();
    Probe<String> probe = new Probe<>();
    LiveThreads threads = LiveThreads.sinceNow();
    try (CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.open(
            Joiner.awaitAll(), config -> config.withTimeout(LONG).withThreadFactory(factory))) {
      scope.join();
      assertThat(factory.made).isEmpty();
      assertThat(threads.started()).isEmpty();
      for (int forks = 1; forks <= 3; forks++) {
        scope.fork(() -> Await.awaitSingle(probe));
        assertThat(factory.made).hasSize(forks);
        int expected = forks;
        Eventually.until("they live", () -> threads.started().size() == expected);
      }
    }
    Eventually.until("none is left", () -> threads.started().isEmpty());
    assertThat(factory.made).hasSize(3);
  }

  @Test
  @DisplayName("S8 awaitAll and a timeout inside a coroutine of a scope start none")
  void awaitAllInside() {
    timersRun();
    Counting factory = new Counting();
    Probe<String> one = new Probe<>();
    Probe<String> two = new Probe<>();
    LiveThreads threads = LiveThreads.sinceNow();
    try (var scope = open(factory)) {
      scope.fork(() ->
          Coroutine.withTimeout(
              LONG,
              () ->
                  Await.<@Nullable String>awaitAll(
                      List.of(Await.awaitable(one), Await.awaitable(two)))));
      one.awaitRequest();
      two.awaitRequest();
      assertThat(threads.started()).hasSize(1);
    }
    assertThat(factory.made).hasSize(1);
  }

  @Test
  @DisplayName("S10 threads and handles share the scope's name, by default bridge-scope")
  void names() {
    try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      Coroutine<String> child = scope.fork(() -> Thread.currentThread().getName());
      assertThat(child.name()).isEqualTo("bridge-scope");
      assertThat(scope.join()).containsExactly("bridge-scope");
    }
    try (CoroutineScope<String, List<String>> scope =
        CoroutineScope.open(Joiner.allSuccessfulOrThrow(), config -> config.withName("prices"))) {
      assertThat(scope.fork(() -> Thread.currentThread().getName()).name()).isEqualTo("prices");
      scope.fork(() -> String.valueOf(Thread.currentThread().isVirtual()));
      assertThat(scope.join()).containsExactly("prices", "true");
      assertThat(scope).hasToString("CoroutineScope[prices, running: ]");
    }
  }

  @Test
  @DisplayName("S10 toString names the coroutines that run")
  void running() {
    CountDownLatch go = new CountDownLatch(1);
    try (CoroutineScope<String, @Nullable Void> scope =
        CoroutineScope.open(Joiner.awaitAll(), config -> config.withName("prices"))) {
      VoidBody<InterruptedException> waiting = go::await;
      scope.fork(waiting);
      scope.fork(waiting);
      assertThat(scope).hasToString("CoroutineScope[prices, running: prices, prices]");
      go.countDown();
    }
  }

  @Test
  @DisplayName("S2 a thread factory's platform threads work as well: awaits, cancels, failures")
  void platformThreads() {
    Probe<String> probe = new Probe<>();
    ThreadFactory factory = Thread.ofPlatform().name("own-", 0).daemon().factory();
    try (var scope = open(factory)) {
      Coroutine<String> name = scope.fork(() -> Thread.currentThread().getName());
      Coroutine<String> waiting = scope.fork(() -> Await.awaitSingle(probe));
      Coroutine<String> asleep = scope.fork(Scopes::forever);
      probe.awaitRequest();
      scope.cancel("why");
      assertThat(catchThrowable(scope::join)).hasMessage("why");
      assertThat(name.state()).isIn(State.SUCCEEDED, State.CANCELLED);
      assertThat(waiting.state()).isEqualTo(State.CANCELLED);
      assertThat(asleep.state()).isEqualTo(State.CANCELLED);
    }
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("section 8: a factory that throws: fork throws it; nothing is lost, join returns")
  void throwingFactory() {
    IllegalStateException failure = new IllegalStateException("factory");
    Error error = new OutOfMemoryError("thrown");
    for (Throwable thrown : List.of(failure, error)) {
      assertNotStarted(
          body -> {
            if (thrown == error) {
              throw error;
            }
            throw failure;
          },
          thrown.getClass());
    }
  }

  @Test
  @DisplayName("section 8: a factory that returns null or a started thread: the same")
  void nullFromFactory() {
    assertNotStarted(body -> Nulls.<Thread>smuggled(), RejectedExecutionException.class);
    assertNotStarted(body -> Thread.ofVirtual().start(() -> {}), IllegalThreadStateException.class);
  }

  /** A factory that has started its thread, and what it got was run, when it returns. */
  private static final class Starting implements ThreadFactory {

    final boolean ended;

    Starting(boolean ended) {
      this.ended = ended;
    }

    @Override
    public Thread newThread(Runnable body) {
      Thread thread = Thread.startVirtualThread(body);
      if (ended) {
        Eventually.until("it ends", () -> !thread.isAlive());
      }
      return thread;
    }

    @Override
    public String toString() {
      return "Starting";
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "S2 (2): a factory that starts its thread: fork says so, no body runs, the scope closes")
  void startingFactory(boolean ended) {
    AtomicInteger ran = new AtomicInteger();
    Starting factory = new Starting(ended);
    Fork.platform(
            () -> { // with a deadline: a scope that counts wrongly never closes
              for (int i = 0; i < 100; i++) { // the thread may be anywhere when the factory returns
                forkStarted(factory, ran);
              }
            })
        .join();
    assertThat(ran).hasValue(0);
  }

  private static void forkStarted(Starting factory, AtomicInteger ran) {
    try (var scope = open(factory)) {
      assertThatThrownBy(() -> scope.fork(ran::incrementAndGet))
          .isExactlyInstanceOf(IllegalThreadStateException.class)
          .hasMessageContaining("thread factory Starting has started");
      assertThat(scope.isCancelled()).isFalse();
      scope.join();
    }
  }

  @Test
  @DisplayName("S2 (2): a factory that makes no thread: fork names it")
  void noThread() {
    ThreadFactory factory = body -> Nulls.<Thread>smuggled();
    try (var scope = open(factory)) {
      assertThatThrownBy(() -> scope.fork(() -> "a"))
          .isExactlyInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining("thread factory " + factory);
      scope.join();
    }
  }

  @Test
  @DisplayName("S2 (2): a factory whose thread runs the body twice: it runs once")
  void runsTwice() {
    AtomicInteger ran = new AtomicInteger();
    ThreadFactory factory =
        body ->
            Thread.ofVirtual()
                .unstarted(() -> {
                  body.run();
                  body.run();
                });
    try (var scope = open(factory)) {
      scope.fork(ran::incrementAndGet);
      scope.join();
    }
    assertThat(ran).hasValue(1);
  }

  private static void assertNotStarted(ThreadFactory factory, Class<? extends Throwable> type) {
    try (Undelivered lost = new Undelivered()) {
      try (CoroutineScope<Object, List<Coroutine<Object>>> scope =
          CoroutineScope.open(
              Joiner.allUntil(child -> true), config -> config.withThreadFactory(factory))) {
        assertThatThrownBy(() -> scope.fork(() -> "a")).isExactlyInstanceOf(type);
        assertThatThrownBy(() -> scope.fork(() -> {})).isExactlyInstanceOf(type);
        assertThat(scope.isCancelled()).isFalse();
        List<Coroutine<Object>> handles = scope.join();
        assertThat(handles).hasSize(2).allMatch(child -> child.state() == State.FAILED);
        assertThat(handles.get(0).failure()).isExactlyInstanceOf(type);
        assertThat(scope.failures()).isEmpty();
      }
      assertThat(lost.failures()).isEmpty();
    }
  }

  /** Knows its coroutines before they run, and which of them have told it of their end. */
  private static final class Watching implements Joiner<String, List<State>> {
    private final List<State> ends = new CopyOnWriteArrayList<>();

    @Override
    public boolean onFork(Coroutine<? extends String> child) {
      child.onCompletion(ended -> ends.add(ended.state()));
      return false;
    }

    @Override
    public List<State> result() {
      return ends;
    }
  }

  @Test
  @DisplayName("S2 A12 a thread that cannot start: who holds the handle learns of the end")
  void neverStarted() {
    RejectedExecutionException refused = new RejectedExecutionException("no more threads");
    ThreadFactory factory =
        body -> {
          throw refused;
        };
    Watching watching = new Watching();
    try (CoroutineScope<String, List<State>> scope =
        CoroutineScope.open(watching, config -> config.withThreadFactory(factory))) {
      assertThat(catchThrowable(() -> scope.fork(() -> "never"))).isSameAs(refused);
      assertThat(watching.ends).containsExactly(State.FAILED);
    }
  }

  @Test
  @DisplayName("S2 the context class loader is that of the forking thread")
  void contextClassLoader() {
    Thread own = Thread.currentThread();
    ClassLoader before = own.getContextClassLoader();
    ClassLoader other = new ClassLoader(before) {};
    try (var scope = CoroutineScope.open(Joiner.<@Nullable ClassLoader>allSuccessfulOrThrow())) {
      own.setContextClassLoader(other);
      scope.fork(() -> Thread.currentThread().getContextClassLoader());
      own.setContextClassLoader(before);
      scope.fork(() -> Thread.currentThread().getContextClassLoader());
      assertThat(scope.join()).containsExactly(other, before);
    } finally {
      own.setContextClassLoader(before);
    }
  }

  @Test
  @DisplayName("C1 the context is inherited at the fork, from the code that forks")
  void context() {
    CoroutineContext.Key<String> user = CoroutineContext.Key.of("user");
    AtomicReference<@Nullable Coroutine<?>> last = new AtomicReference<>();
    Body<@Nullable String, RuntimeException> get = () -> CoroutineContext.current().get(user);
    try (var scope = CoroutineScope.open(Joiner.<@Nullable String>allSuccessfulOrThrow())) {
      scope.fork(get);
      CoroutineContext.<String, RuntimeException>with(
          user,
          "a",
          () -> {
            scope.fork(get);
            last.set(scope.fork(() -> scope.fork(get).await()));
          });
      Coroutine<?> forking = last.get();
      if (forking != null) {
        awaitEnd(forking);
      }
      assertThat(scope.join()).containsExactly(null, "a", "a", "a");
    }
  }

  @Test
  @DisplayName("A2 a scope is not opened on a thread that may not wait, and so could not close it")
  void refused() {
    Thread loop = Thread.currentThread();
    try (Registration rejection = Await.rejectOn(thread -> thread == loop)) {
      assertThat(rejection).isNotNull();
      assertThatThrownBy(CoroutineScope::open)
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining(loop.getName());
      assertThat(CoroutineContext.current()).isSameAs(CoroutineContext.empty());
    }
  }
}
