package io.bridge.internal.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A9 B6 each window mirrors the current frame of its worker, however blocks are nested")
@Timeout(120)
class CurrentFrameTest {

  private static final CoroutineContext.Key<String> KEY = CoroutineContext.Key.of("key");
  private static final Duration LONG = Duration.ofHours(1);
  private static final int PROGRAMS = 1_000;
  private static final int DEPTH = 7;

  private record Opened(CoroutineScope<Object, @Nullable Void> scope, Thread by) {}

  /** Blocks nested at random; after each step every window is asked. One thread at a time. */
  private static final class Program {

    private final Random random;
    private final List<ExecutorService> executors;
    private final Set<InterruptWindow> windows = new LinkedHashSet<>();
    private final Deque<Opened> scopes = new ArrayDeque<>();
    private @Nullable String breach;

    Program(long seed, ExecutorService... executors) {
      this.random = new Random(seed);
      this.executors = List.of(executors);
    }

    /** Returns how the mirrors broke; null if they did not. */
    @Nullable String run() {
      nest(DEPTH);
      for (Opened left = scopes.poll(); left != null; left = scopes.poll()) {
        left.scope.close();
        check("behind a close");
      }
      return breach;
    }

    private void check(String where) {
      CancelFrame ofThread = CurrentFrame.ofThread();
      if (ofThread != null) {
        windows.add(ofThread.window);
        note(ofThread.window.mirrors(ofThread), where + ": not the frame of the thread");
      }
      CancelFrame now = CurrentFrame.get();
      for (InterruptWindow window : windows) {
        CancelFrame expected = now != null && now.window == window ? now : null;
        note(window.currentOfWorker() == expected, where + ": not the frame of the code");
      }
    }

    /** Not thrown: a timeout would hide it. */
    private void note(boolean holds, String otherwise) {
      if (!holds && breach == null) {
        breach = otherwise;
      }
    }

    private void nest(int depth) {
      check("at the beginning");
      for (int i = 1 + random.nextInt(2); depth > 0 && i > 0; i--) {
        int kind = random.nextInt(9);
        try {
          step(kind, depth - 1);
        } catch (AwaitTimeoutException | CancellationException e) {
          // of a block that is over
        }
        check("behind a step of kind " + kind);
      }
    }

    private void step(int kind, int depth) {
      switch (kind) {
        case 0 -> Coroutine.withTimeout(LONG, () -> nest(depth));
        case 1 -> timedOut(depth);
        case 2 -> CoroutineContext.with(KEY, "value", () -> nest(depth));
        case 3 -> Coroutine.shield(() -> nest(depth));
        case 4 -> Coroutine.runOn(Runnable::run, () -> nest(depth));
        case 5 -> Coroutine.runOn(executors.get(random.nextInt(2)), () -> nest(depth));
        case 6 -> Cancellation.outsideWindow(CurrentFrame.get(), () -> nest(depth));
        case 7 -> scope(depth);
        default -> closeOne();
      }
    }

    private void timedOut(int depth) {
      Coroutine.withTimeout(
          Duration.ofNanos(1 + random.nextInt(20_000)),
          () -> {
            nest(depth);
            Await.<String>suspend(suspension -> {});
          });
    }

    private void scope(int depth) {
      CoroutineScope<Object, @Nullable Void> scope = CoroutineScope.open();
      scopes.push(new Opened(scope, Thread.currentThread()));
      nest(depth);
      if (random.nextBoolean()) {
        scope.close();
      }
    }

    /** The last scope of this thread, which may be of a block far out, or left, or closed. */
    private void closeOne() {
      for (Opened opened : scopes) {
        if (opened.by == Thread.currentThread()) {
          scopes.remove(opened);
          opened.scope.close();
          return;
        }
      }
    }
  }

  private static void nested(boolean inCoroutine) {
    // two, so that code goes there and back; of many threads, as a signal's code may wait for one
    try (ExecutorService here = Executors.newCachedThreadPool();
        ExecutorService there = Executors.newCachedThreadPool()) {
      for (int i = 0; i < PROGRAMS; i++) {
        long seed = ThreadLocalRandom.current().nextLong();
        Program program = new Program(seed, here, there);
        String breach =
            inCoroutine
                ? Await.<@Nullable String>await(
                    Coroutine.<@Nullable String>start(() -> program.run()))
                : program.run();
        assertThat(breach).as("seed %s", seed).isNull();
      }
    }
  }

  @Test
  @DisplayName("in a coroutine")
  void inCoroutine() {
    nested(true);
  }

  @Test
  @DisplayName("on a plain thread")
  void onPlainThread() {
    nested(false);
    assertThat(CurrentFrame.ofThread()).isNull();
  }
}
