package io.bridge.stress;

import io.bridge.Await;
import io.bridge.Awaitable;
import io.bridge.Suspension;
import io.bridge.completablefuture.CompletableFutureBridge;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.core.Flowable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Sources of one value, and steps that await several of them. */
final class Parts {

  private final Program program;
  private final Ledger ledger;

  Parts(Program program) {
    this.program = program;
    this.ledger = program.ledger;
  }

  /** Awaits a group. */
  void step() {
    List<Awaitable<? extends @Nullable Item>> parts = new ArrayList<>();
    int size = 1 + program.random.nextInt(3);
    for (int i = 0; i < size; i++) {
      parts.add(awaitable());
    }
    switch (program.random.nextInt(4)) {
      case 0 -> {
        var unused =
            Await.<@Nullable Item, @Nullable Item, Boolean>awaitAll(
                awaitable(),
                awaitable(),
                (a, b) -> {
                  Program.use(a);
                  Program.use(b);
                  return true;
                });
      }
      case 1 -> Program.use(Await.<@Nullable Item>awaitAny(parts));
      default -> Await.<@Nullable Item>awaitAll(parts).forEach(Program::use);
    }
  }

  /** One value, or none. */
  Awaitable<? extends @Nullable Item> awaitable() {
    return switch (program.random.nextInt(6)) {
      case 0 -> CompletableFutureBridge.<Item>awaitable(stage(false));
      case 1 -> RxJavaBridge.awaitable(Flowable.fromPublisher(program.legal()).firstElement());
      case 2 -> this::callback;
      case 3 -> CompletableFutureBridge.<Item>awaitable(future());
      default -> Await.<Item>awaitable(program.hostile());
    };
  }

  /**
   * A stage that completes, fails, is cancelled by somebody, or never ends.
   *
   * @param owned whether whoever awaits it owns it, and its value
   */
  CompletableFuture<Item> stage(boolean owned) {
    CompletableFuture<Item> future = new CompletableFuture<>();
    int how = program.random.nextInt(5);
    program.later(() -> {
      switch (how) {
        case 0, 1 -> complete(future, owned);
        case 2 -> future.completeExceptionally(new Planned("future"));
        case 3 -> future.cancel(false);
        default -> {}
      }
    });
    return future;
  }

  private void complete(CompletableFuture<Item> future, boolean owned) {
    Item item = new Item(ledger, "a stage of " + program);
    if (owned) {
      item.owe();
    }
    if (!future.complete(item)) {
      item.excuse();
    }
  }

  /** One that is no stage; what its task returns after a cancel is lost in it. */
  Future<Item> future() {
    var pause = program.moment(1000);
    boolean fails = program.random.nextInt(4) == 0;
    FutureTask<Item> task =
        new FutureTask<>(() -> {
          Thread.sleep(pause);
          if (fails) {
            throw new Planned("task");
          }
          return new Item(ledger, "a task of " + program);
        });
    Thread.ofVirtual().name("soak-task").start(task); // not where signals would wait behind it
    return task;
  }

  /** A callback API that may call back twice, or never. */
  void callback(Suspension<? super Item> suspension) {
    ledger.open.incrementAndGet();
    AtomicBoolean closed = new AtomicBoolean();
    Runnable close =
        () -> {
          if (closed.compareAndSet(false, true)) {
            ledger.open.decrementAndGet();
          }
        };
    suspension.onCancel(close);
    int calls = program.random.nextInt(4);
    for (int i = 0; i < calls; i++) {
      boolean fails = program.random.nextInt(3) == 0;
      program.later(() -> {
        close.run();
        if (fails) {
          suspension.fail(new Planned("callback"));
        } else {
          suspension.resume(new Item(ledger, "a callback of " + program).owe());
        }
      });
    }
    if (program.random.nextInt(8) == 0) {
      close.run();
      throw new Planned("subscribe of a callback");
    }
  }
}
