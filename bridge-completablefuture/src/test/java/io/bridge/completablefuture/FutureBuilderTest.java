package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.completablefuture.CompletableFutureBridge.future;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.LiveThreads;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Race;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class FutureBuilderTest {

  private static final Executor DIRECT = Runnable::run;

  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  /** A body that sleeps for ever and says what became of it. */
  private static final class Sleeper {
    final CountDownLatch asleep = new CountDownLatch(1);
    final CompletableFuture<String> end = new CompletableFuture<>();

    String sleep() throws InterruptedException {
      asleep.countDown();
      try {
        Thread.sleep(Duration.ofMinutes(5));
        end.complete("slept");
      } catch (InterruptedException e) {
        end.complete("interrupted");
        throw e;
      }
      return "slept";
    }

    CompletableFuture<String> started() throws InterruptedException {
      CompletableFuture<String> future = future(this::sleep);
      assertThat(asleep.await(30, TimeUnit.SECONDS)).isTrue();
      return future;
    }
  }

  private static Stream<Named<Consumer<CompletableFuture<String>>>> endings() {
    return Stream.of(
        Named.of("cancel(true)", f -> f.cancel(true)),
        Named.of("cancel(false)", f -> f.cancel(false)),
        Named.of("complete", f -> f.complete("outside")),
        Named.of("completeExceptionally", f -> f.completeExceptionally(new IOException("outside"))),
        Named.of("orTimeout", f -> quietly(f.orTimeout(1, TimeUnit.MILLISECONDS))),
        Named.of(
            "completeOnTimeout",
            f -> quietly(f.completeOnTimeout("outside", 1, TimeUnit.MILLISECONDS))),
        Named.of("completeAsync", f -> quietly(f.completeAsync(() -> "outside"))),
        Named.of(
            "completeAsync with executor", f -> quietly(f.completeAsync(() -> "outside", DIRECT))),
        Named.of("obtrudeValue", f -> f.obtrudeValue("outside")),
        Named.of("obtrudeException", f -> f.obtrudeException(new IOException("outside"))));
  }

  private static void quietly(CompletableFuture<String> same) {
    assertThat(same).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("endings")
  @DisplayName("B future: completed from outside, its body ends, interrupted; B6 without noise")
  void future_completedFromOutside_bodyIsInterrupted(Consumer<CompletableFuture<String>> ending)
      throws Exception {
    Sleeper sleeper = new Sleeper();
    CompletableFuture<String> future = sleeper.started();

    ending.accept(future);

    assertThat(await(sleeper.end)).isEqualTo("interrupted");
    Throwable outcome = catchThrowable(() -> await(future));
    if (outcome == null) {
      assertThat(future).isCompletedWithValue("outside");
    } else {
      assertThat(outcome)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfAny(CancellationException.class, IOException.class, TimeoutException.class);
    }
    assertThat(lost.failures).isEmpty();
    assertThat(lost.values).isEmpty();
  }

  private static Stream<Named<Function<CompletableFuture<String>, CompletableFuture<?>>>>
      dependents() {
    return Stream.of(
        Named.of("thenApply", f -> f.thenApply(value -> value)),
        Named.of("whenComplete", f -> f.whenComplete((value, failure) -> {})),
        Named.of("copy", CompletableFuture::copy),
        Named.of("minimalCompletionStage", f -> f.minimalCompletionStage().toCompletableFuture()),
        Named.of("allOf", f -> CompletableFuture.allOf(f)));
  }

  @ParameterizedTest
  @MethodSource("dependents")
  @DisplayName("B future: a dependent's cancel ends the dependent only")
  void future_dependentCancelled_bodyGoesOn(
      Function<CompletableFuture<String>, CompletableFuture<?>> dependent) {
    CompletableFuture<String> gate = new CompletableFuture<>();
    CompletableFuture<String> future = future(() -> await(gate));

    assertThat(dependent.apply(future).cancel(true)).isTrue();

    gate.complete("all the same");
    assertThat(await(future)).isEqualTo("all the same");
  }

  @Test
  @DisplayName("B future: hot, on a virtual thread of its own")
  void future_runsAtOnce() {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    CompletableFuture<@Nullable Void> future =
        future(() -> {
          thread.complete(Thread.currentThread());
        });

    assertThat(await(thread).isVirtual()).isTrue();
    assertThat(await(thread).getName()).as("S10").isEqualTo("bridge-future");
    assertThat(await(future)).isNull();
  }

  @Test
  @DisplayName("B3 a future's null is null")
  void future_null_isNull() {
    assertThat(await(CompletableFutureBridge.<@Nullable String>future(() -> null))).isNull();
  }

  @Test
  @DisplayName("B future: what the body throws is its failure, by identity")
  void future_failingBody_sameObject() {
    IOException io = new IOException("disk");
    IllegalStateException unchecked = new IllegalStateException("mine");

    CompletableFuture<String> checked = future(() -> fail(io));
    assertThatThrownBy(checked::get).cause().isSameAs(io);
    assertThat(catchThrowable(() -> await(checked))).cause().isSameAs(io);
    CompletableFuture<String> second = future(() -> fail(unchecked));
    assertThat(catchThrowable(() -> await(second))).isSameAs(unchecked);
  }

  private static <X extends Exception> String fail(X failure) throws X {
    throw failure;
  }

  private static Stream<Error> fatalErrors() {
    return Stream.of(
        new NoClassDefFoundError("a fatal one for the test"),
        new OutOfMemoryError("a fatal one for the test"),
        new StackOverflowError("a fatal one for the test"));
  }

  @ParameterizedTest
  @MethodSource("fatalErrors")
  @DisplayName("B11 a fatal error ends the future with that error")
  void future_fatalError_ends(Error fatal) {
    CompletableFuture<@Nullable Void> future =
        future(() -> {
          throw fatal;
        });

    assertThat(catchThrowable(() -> await(future))).isSameAs(fatal);
  }

  @Test
  @DisplayName("B table, A12: a failure after the completion from outside goes to Undeliverable")
  void future_failsAfterCompletion_reported() throws Exception {
    IllegalStateException late = new IllegalStateException("cleanup failed");
    Sleeper sleeper = new Sleeper();
    CompletableFuture<String> future =
        future(() -> {
          try {
            return sleeper.sleep();
          } catch (InterruptedException e) {
            throw late;
          }
        });
    assertThat(sleeper.asleep.await(30, TimeUnit.SECONDS)).isTrue();

    assertThat(future.complete("outside")).isTrue();

    Eventually.until("the report", () -> lost.failures.contains(late));
    assertThat(lost.failures).containsExactly(late);
    assertThat(await(future)).isEqualTo("outside");
  }

  @Test
  @DisplayName("A12 a value after the completion from outside is discarded")
  void future_valueAfterCompletion_discarded() throws Exception {
    Sleeper sleeper = new Sleeper();
    CompletableFuture<String> future =
        future(() -> {
          try {
            return sleeper.sleep();
          } catch (InterruptedException e) {
            return "a connection";
          }
        });
    assertThat(sleeper.asleep.await(30, TimeUnit.SECONDS)).isTrue();

    assertThat(future.cancel(true)).isTrue();

    Eventually.until("the discard", () -> !lost.values.isEmpty());
    assertThat(lost.values).containsExactly("a connection");
    assertThat(future).isCancelled();
  }

  @Test
  @DisplayName("B future: a body that cancels itself makes a cancelled future")
  void future_cancelsItself_isCancelled() {
    CompletableFuture<String> never = new CompletableFuture<>();
    CompletableFuture<String> future =
        future(() -> {
          Coroutine<?> self = Coroutine.current();
          requireNonNull(self).cancel("enough");
          return await(never);
        });

    Eventually.until("the end", future::isDone);
    assertThat(future).isCancelled();
    assertThat(never).isNotDone();
  }

  @Test
  @DisplayName("B future: its end reaches what the body awaits, A14 which is only observed")
  void future_cancelled_awaitInsideEnds() {
    CompletableFuture<String> never = new CompletableFuture<>();
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    CompletableFuture<String> future =
        future(() -> {
          try {
            return await(never);
          } catch (Throwable t) {
            thrown.complete(t);
            throw t;
          }
        });
    Stages.awaitDependent(never);

    assertThat(future.cancel(false)).isTrue();

    assertThat(await(thrown)).isInstanceOf(CancellationException.class);
    assertThat(never).isNotDone();
  }

  @Test
  @DisplayName("B future: completeAsync as in the JDK: null arguments are refused, nothing ends")
  void completeAsync_null_refused() throws Exception {
    Sleeper sleeper = new Sleeper();
    CompletableFuture<String> future = sleeper.started();

    assertThatThrownBy(() -> future.completeAsync(Nulls.<Supplier<String>>smuggled(), DIRECT))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> future.completeAsync(() -> "v", Nulls.<Executor>smuggled()))
        .isInstanceOf(NullPointerException.class);
    assertThat(future).isNotDone();
    assertThat(sleeper.end).isNotDone();

    assertThat(future.cancel(true)).isTrue();
    assertThat(await(sleeper.end)).isEqualTo("interrupted");
  }

  @Test
  @DisplayName("B future: completeAsync as in the JDK: on a completed future nothing is computed")
  void completeAsync_completed_supplierNotAsked() {
    AtomicInteger asked = new AtomicInteger();
    CompletableFuture<Integer> plain = CompletableFuture.completedFuture(1);
    CompletableFuture<Integer> ours = future(() -> 1);
    assertThat(await(ours)).isEqualTo(1);

    assertThat(plain.completeAsync(asked::incrementAndGet, DIRECT)).isSameAs(plain);
    assertThat(asked).as("the JDK's own").hasValue(0);
    assertThat(ours.completeAsync(asked::incrementAndGet, DIRECT)).isSameAs(ours);
    assertThat(asked).hasValue(0);
  }

  @Test
  @DisplayName("B6 dependents on the body's thread never see our interrupt, race with cancel")
  void future_cancelRacesEnd_dependentsNotInterrupted() throws Exception {
    Map<String, Integer> outcomes =
        Race.run(
            5_000,
            () ->
                new Race.Round() {
                  final CompletableFuture<String> gate = new CompletableFuture<>();
                  final AtomicInteger spins = new AtomicInteger();
                  final CompletableFuture<String> future =
                      future(() -> {
                        while (!gate.isDone()) {
                          spins.incrementAndGet();
                          Thread.onSpinWait();
                        }
                        return "body";
                      });
                  final CompletableFuture<String> seen =
                      future.handle((value, failure) ->
                          (failure == null ? value : "cancelled")
                              + (Thread.currentThread().isInterrupted() ? " INTERRUPTED" : ""));

                  @Override
                  public void left() {
                    gate.complete("go");
                  }

                  @Override
                  public void right() {
                    future.cancel(true);
                  }

                  @Override
                  public String outcome() {
                    return await(seen);
                  }
                });

    assertThat(outcomes).doesNotContainKeys("body INTERRUPTED", "cancelled INTERRUPTED");
    LiveThreads.awaitNone("bridge-future"); // else a late value is found by the next test
  }

  @Test
  @DisplayName("peer: a plain CompletableFuture goes on running after cancel and orTimeout")
  void peer_supplyAsync_runsOn() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<String> end = new CompletableFuture<>();
    CompletableFuture<String> plain =
        CompletableFuture.supplyAsync(
            () -> {
              running.countDown();
              try {
                end.complete(release.await(30, TimeUnit.SECONDS) ? "went on" : "hangs");
              } catch (InterruptedException e) {
                end.complete("interrupted");
              }
              return "nobody takes it";
            },
            command -> Thread.ofVirtual().start(command));
    assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

    assertThat(plain.cancel(true)).isTrue();

    assertThat(end).isNotDone();
    release.countDown();
    assertThat(await(end)).isEqualTo("went on");
  }
}
