package io.bridge.stress;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.CoroutineScope.Config;
import io.bridge.CoroutineScope.Joiner;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Steps that fork: into a block of every joiner, or into what outlives the program. */
final class Scopes {

  private final Program program;

  Scopes(Program program) {
    this.program = program;
  }

  /** Draws a step. */
  void step() throws Exception {
    switch (program.random.nextInt(8)) {
      case 0 -> scope(Joiner.<Item>awaitAllSuccessfulOrThrow(), nothing -> {});
      case 1 -> scope(Joiner.<Item>allSuccessfulOrThrow(), values -> values.forEach(Program::use));
      case 2 -> scope(Joiner.<Item>anySuccessfulOrThrow(), Program::use);
      case 3 -> scope(Joiner.<Item>awaitAll(), nothing -> {});
      case 4, 5 -> untilEnough();
      case 6 -> scope(new Counting(), ended -> {});
      default -> background();
    }
  }

  private void untilEnough() throws Exception {
    int most = 1 + program.random.nextInt(3);
    AtomicInteger ended = new AtomicInteger();
    scope(
        Joiner.<Item>allUntil(child -> ended.incrementAndGet() >= most),
        all -> {
          if (!all.stream().allMatch(Coroutine::isDone)) {
            program.surprise("a join has not waited for " + all);
          }
        });
  }

  /** One of the user's own, which forgives everything, a timeout too. */
  private final class Counting implements Joiner<Item, Integer> {

    private final AtomicInteger forked = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    @Override
    public boolean onFork(Coroutine<? extends Item> child) {
      return forked.incrementAndGet() > 3;
    }

    @Override
    public boolean onComplete(Coroutine<? extends Item> child) {
      return ended.incrementAndGet() > 2;
    }

    @Override
    public void onTimeout(AwaitTimeoutException timeout) {}

    @Override
    public Integer result() {
      if (forked.get() != ended.get()) {
        program.surprise(ended + " ends of " + forked + " forks when the result is asked for");
      }
      return ended.get();
    }
  }

  private <R extends @Nullable Object> void scope(
      Joiner<Item, R> joiner, Consumer<? super R> joined) throws Exception {
    boolean patient = program.random.nextInt(4) == 0;
    Duration patience = program.moment(1000);
    try (CoroutineScope<Item, R> scope = CoroutineScope.<Item, R>open(joiner, this::configured)) {
      int forks = 1 + program.random.nextInt(3);
      for (int i = 0; i < forks; i++) {
        Program child = program.branch();
        Coroutine<Item> forked = scope.fork(child::run);
        if (program.random.nextInt(8) == 0) {
          forked.cancel();
        }
      }
      if (program.random.nextInt(8) == 0) {
        scope.cancel();
      }
      if (program.random.nextInt(3) == 0) {
        program.step();
      }
      if (program.random.nextInt(4) > 0) {
        joined.accept(scope.join());
      }
      if (patient) {
        scope.close(patience);
      }
    }
  }

  private Config configured(Config plain) {
    Config config = plain;
    if (program.random.nextInt(4) == 0) {
      config = config.withTimeout(program.moment(3000));
    }
    if (program.random.nextInt(8) == 0) {
      ThreadFactory platform = Thread.ofPlatform().daemon().name("bridge-platform-", 0).factory();
      config = config.withThreadFactory(platform);
    }
    if (program.random.nextInt(8) == 0) {
      config =
          config.withFailureHandler((child, failure) -> program.ledger.seen(program.id, failure));
    }
    return config;
  }

  /** A task that nobody waits for; one that is cancelled, or awaited, while the program lives. */
  private void background() {
    Coroutine<@Nullable Item> task = program.workshop.background().fork(program.branch());
    switch (program.random.nextInt(4)) {
      case 0 -> task.cancel("no longer wanted");
      case 1 -> task.await();
      default -> {}
    }
  }
}
