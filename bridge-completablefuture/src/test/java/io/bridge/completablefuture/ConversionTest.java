package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.awaitAll;
import static io.bridge.completablefuture.CompletableFutureBridge.awaitOrThrow;
import static io.bridge.completablefuture.CompletableFutureBridge.awaitable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ConversionTest {

  /** What the compiler sees of a future. */
  enum Form {
    STAGE {
      @Override
      Awaitable<String> of(CompletableFuture<String> future) {
        return awaitable(Stages.foreign(future));
      }

      @Override
      String orThrow(CompletableFuture<String> future) throws IOException {
        return awaitOrThrow(Stages.foreign(future), IOException.class);
      }
    },
    MINIMAL_STAGE {
      @Override
      Awaitable<String> of(CompletableFuture<String> future) {
        return awaitable(future.minimalCompletionStage());
      }

      @Override
      String orThrow(CompletableFuture<String> future) throws IOException {
        return awaitOrThrow(future.minimalCompletionStage(), IOException.class);
      }
    },
    FUTURE {
      @Override
      Awaitable<String> of(CompletableFuture<String> future) {
        return awaitable((Future<String>) future);
      }

      @Override
      String orThrow(CompletableFuture<String> future) throws IOException {
        return awaitOrThrow((Future<String>) future, IOException.class);
      }
    },
    COMPLETABLE_FUTURE {
      @Override
      Awaitable<String> of(CompletableFuture<String> future) {
        return awaitable(future);
      }

      @Override
      String orThrow(CompletableFuture<String> future) throws IOException {
        return awaitOrThrow(future, IOException.class);
      }
    },
    DELEGATING {
      @Override
      Awaitable<String> of(CompletableFuture<String> future) {
        return awaitable(new Delegating<>(future));
      }

      @Override
      String orThrow(CompletableFuture<String> future) throws IOException {
        return awaitOrThrow((CompletionStage<String>) new Delegating<>(future), IOException.class);
      }
    },
    STAGE_AND_FUTURE {
      @Override
      Awaitable<String> of(CompletableFuture<String> future) {
        return awaitable(Stages.both(future));
      }

      @Override
      String orThrow(CompletableFuture<String> future) throws IOException {
        return awaitOrThrow(Stages.both(future), IOException.class);
      }
    };

    abstract Awaitable<String> of(CompletableFuture<String> future);

    abstract String orThrow(CompletableFuture<String> future) throws IOException;
  }

  /** A CompletableFuture that is never completed itself, as Hazelcast has one. */
  private static final class Delegating<T> extends CompletableFuture<T> {
    private final CompletableFuture<T> target;

    Delegating(CompletableFuture<T> target) {
      this.target = target;
    }

    @Override
    public CompletableFuture<T> whenComplete(
        BiConsumer<? super T, ? super @Nullable Throwable> action) {
      return target.whenComplete(action);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
      return target.get();
    }
  }

  /** A plain future that knows who waits. */
  private static final class Watched extends FutureTask<String> {
    private final List<Thread> waiting = new CopyOnWriteArrayList<>();

    Watched(String value) {
      super(() -> value);
    }

    @Override
    public String get() throws InterruptedException, ExecutionException {
      waiting.add(Thread.currentThread());
      return super.get();
    }
  }

  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLost() {
    lost.close();
    assertThat(lost.failures).isEmpty();
    assertThat(lost.values).isEmpty();
    assertThat(Thread.interrupted()).isFalse();
  }

  private static IllegalStateException failSibling(Awaitable<String> source) {
    IllegalStateException failure = new IllegalStateException();
    Awaitable<String> failing = suspension -> suspension.fail(failure);
    assertThatThrownBy(() -> awaitAll(source, failing)).isSameAs(failure);
    return failure;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B9 a conversion of a complete future, of one that completes later, and of null")
  void awaitAll_value_returned(Form form) throws Exception {
    CompletableFuture<String> later = new CompletableFuture<>();
    BodyRun<List<String>> awaiting = new BodyRun<>();
    Coroutine.start(() ->
        awaiting.call(
            () -> awaitAll(form.of(CompletableFuture.completedFuture("a")), form.of(later))));
    awaiting.awaitParked();
    later.complete("b");

    assertThat(awaiting.value()).containsExactly("a", "b");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A7 a conversion: all layers are unwrapped, checked is a cause, unchecked as itself")
  void awaitAll_failure_unwrapped(Form form) {
    IOException checked = new IOException();
    IllegalStateException unchecked = new IllegalStateException();
    Throwable layers = new CompletionException(new ExecutionException(checked));

    assertThatThrownBy(() -> awaitAll(form.of(CompletableFuture.failedFuture(layers))))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(checked);
    assertThatThrownBy(() ->
            awaitAll(form.of(CompletableFuture.failedFuture(new CompletionException(unchecked)))))
        .isSameAs(unchecked);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "A7 a conversion: somebody else's cancellation is the cause of a CompletionException")
  void awaitAll_foreignCancel_wrapped(Form form) throws Exception {
    CompletableFuture<String> cancelled = new CompletableFuture<>();
    cancelled.cancel(false);
    CompletableFuture<String> cancelledLater = new CompletableFuture<>();

    assertThatThrownBy(() -> awaitAll(form.of(cancelled)))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(CancellationException.class);
    BodyRun<List<String>> awaiting = new BodyRun<>();
    Coroutine.start(() -> awaiting.call(() -> awaitAll(form.of(cancelledLater))));
    awaiting.awaitParked();
    cancelledLater.cancel(false);
    assertThat(awaiting.failure())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(CancellationException.class);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "A14 a conversion observes: a cancelled or failed awaitAll leaves the future running")
  void awaitAll_cancelled_futureRuns(Form form) throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    BodyRun<List<String>> awaiting = new BodyRun<>();
    Coroutine<List<String>> coroutine =
        Coroutine.start(() -> awaiting.call(() -> awaitAll(form.of(future))));
    awaiting.awaitParked();
    coroutine.cancel();

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    failSibling(form.of(future));
    assertThat(future.isDone()).isFalse();
    assertThat(future.complete("still usable")).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A7 awaitOrThrow throws the checked failure as itself, any other as await does")
  void awaitOrThrow_checked_asItself(Form form) throws Exception {
    IOException checked = new IOException();
    Exception other = new Exception();

    assertThatThrownBy(
            () -> form.orThrow(CompletableFuture.failedFuture(new CompletionException(checked))))
        .isSameAs(checked);
    assertThatThrownBy(() -> form.orThrow(CompletableFuture.failedFuture(other)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(other);
    assertThat(form.orThrow(CompletableFuture.completedFuture("a"))).isEqualTo("a");
  }

  @Test
  @DisplayName("A15 a complete plain future needs no thread")
  void awaitAll_completePlainFuture_noThread() {
    Watched done = new Watched("a");
    done.run();

    assertThat(awaitAll(awaitable(done))).containsExactly("a");
    assertThat(done.waiting).isEmpty();
  }

  @Test
  @DisplayName("A15 a plain future costs one virtual thread while it waits")
  void awaitAll_plainFuture_oneVirtualThread() throws Exception {
    Watched future = new Watched("a");
    BodyRun<List<String>> awaiting = new BodyRun<>();
    Coroutine.start(() -> awaiting.call(() -> awaitAll(awaitable(future))));
    Eventually.until("somebody waits", () -> !future.waiting.isEmpty());
    awaiting.awaitParked();
    Thread waiter = future.waiting.get(0);
    assertThat(waiter.isVirtual()).isTrue();
    assertThat(waiter).isNotSameAs(awaiting.thread());
    future.run();

    assertThat(awaiting.value()).containsExactly("a");
    assertThat(future.waiting).hasSize(1);
    Eventually.until("the waiting thread ends", () -> !waiter.isAlive());
  }

  @Test
  @DisplayName("A15 a cancelled await leaves a plain future alone; its waiting thread ends")
  void awaitAll_cancelled_plainFutureRuns() throws Exception {
    Watched future = new Watched("a");
    BodyRun<List<String>> awaiting = new BodyRun<>();
    Coroutine<List<String>> coroutine =
        Coroutine.start(() -> awaiting.call(() -> awaitAll(awaitable(future))));
    Eventually.until("somebody waits", () -> !future.waiting.isEmpty());
    awaiting.awaitParked();
    coroutine.cancel();

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    Thread waiter = future.waiting.get(0);
    Eventually.until("the waiting thread ends", () -> !waiter.isAlive());
    assertThat(future.isDone()).isFalse();
  }

  @Test
  @DisplayName("A7, A15 failures of a plain future, complete or not")
  void awaitAll_plainFutureFails_asItself() throws Exception {
    IOException checked = new IOException();
    FutureTask<String> failing =
        new FutureTask<>(() -> {
          throw checked;
        });
    BodyRun<List<String>> awaiting = new BodyRun<>();
    Coroutine.start(() -> awaiting.call(() -> awaitAll(awaitable(failing))));
    awaiting.awaitParked();
    failing.run();
    assertThat(awaiting.failure())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(checked);
    assertThatThrownBy(() -> awaitAll(awaitable(failing)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(checked);
    assertThatThrownBy(() -> awaitOrThrow(failing, IOException.class)).isSameAs(checked);
  }

  @Test
  @DisplayName("A7, A15 a plain future that somebody cancels, before the await and in it")
  void awaitAll_plainFutureCancelled_wrapped() throws Exception {
    Watched later = new Watched("a");
    BodyRun<List<String>> awaiting = new BodyRun<>();
    Coroutine.start(() -> awaiting.call(() -> awaitAll(awaitable(later))));
    Eventually.until("somebody waits", () -> !later.waiting.isEmpty());
    later.cancel(false);

    assertThat(awaiting.failure())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> awaitAll(awaitable(later)))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(CancellationException.class);
  }
}
