package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.internal.coroutine.FutureAwait;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A8 (2), A9: an InterruptedException that a source has kept")
@Timeout(60)
class KeptInterruptTest {

  /** Blocks its first subscriber in place; fails all others with what that was interrupted by. */
  private static final class Cached implements Awaitable<String> {

    final CountDownLatch inside = new CountDownLatch(1);
    private final boolean tells;
    private volatile @Nullable InterruptedException kept;

    /** Whether it tells the first subscriber, too. */
    Cached(boolean tells) {
      this.tells = tells;
    }

    @Override
    public void subscribe(Suspension<? super String> suspension) {
      InterruptedException failure = kept;
      if (failure == null) {
        try {
          inside.countDown();
          Thread.sleep(60_000);
          return;
        } catch (InterruptedException e) {
          failure = e;
          kept = e;
          if (!tells) {
            suspension.resume("first");
            return;
          }
        }
      }
      suspension.fail(failure);
    }
  }

  /** One place in the code for all awaits, so that their stacks are the same. */
  private static Callable<String> awaiting(Cached source) {
    return () -> Await.<String>await(source);
  }

  /** What another coroutine gets, which nobody interrupts. */
  private static void assertOrdinary(Cached source) {
    Coroutine<String> second =
        Coroutine.start(() -> {
          Throwable thrown = catchThrowable(() -> awaiting(source).call());
          assertThat(thrown).isInstanceOf(CompletionException.class);
          assertThat(thrown.getCause()).isSameAs(source.kept);
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          assertThat(Coroutine.isCancelled()).isFalse();
          return "goes on";
        });
    assertThat(second.await()).isEqualTo("goes on");
  }

  @Test
  @DisplayName("A8 (2): of a cancelled coroutine, it is a checked failure for the next")
  void ofCancelled() {
    Cached source = new Cached(true);
    Coroutine<String> first = Coroutine.start(() -> awaiting(source).call());
    Eventually.until("inside", () -> source.inside.getCount() == 0);
    first.cancel();
    assertThatThrownBy(first::await).hasCauseInstanceOf(CancellationException.class);
    assertThat(first.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertOrdinary(source);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("A8 (2), A9: of a thread that somebody interrupted, which is cancelled, itself only")
  void ofInterrupted(boolean platform) {
    Cached source = new Cached(true);
    Fork<String> first =
        platform ? Fork.platform(awaiting(source)) : Fork.virtual(awaiting(source));
    Eventually.until("inside", () -> source.inside.getCount() == 0);
    first.awaitParked().interrupt();
    assertThat(first.joinFailure()).isExactlyInstanceOf(CancellationException.class);
    Throwable again =
        (platform ? Fork.platform(awaiting(source)) : Fork.virtual(awaiting(source))).joinFailure();
    assertThat(again).isInstanceOf(CompletionException.class);
    assertThat(again.getCause()).isSameAs(source.kept);
    assertOrdinary(source);
  }

  @Test
  @DisplayName(
      "A8 (2): made in place inside an outer await, and thrown by a coroutine awaited there")
  void ofCoroutineInside() {
    Fork<String> outer =
        Fork.virtual(() ->
            Await.<String>suspend(suspension -> {
              InterruptedException kept = interruptedHere();
              Coroutine<String> failed =
                  Coroutine.start(() -> {
                    throw kept;
                  });
              Eventually.until("it has failed", failed::isDone);
              Throwable thrown = catchThrowable(failed::await);
              assertThat(thrown).isInstanceOf(CompletionException.class).hasCause(kept);
              assertThat(Thread.currentThread().isInterrupted()).isFalse();
              suspension.resume("goes on");
            }));
    assertThat(outer.join()).isEqualTo("goes on");
  }

  /** Takes the flag down. */
  private static InterruptedException interruptedHere() {
    Thread.currentThread().interrupt();
    try {
      new CountDownLatch(1).await();
      throw new AssertionError("not interrupted");
    } catch (InterruptedException e) {
      return e;
    }
  }

  @Test
  @DisplayName("A8 (2): made inside an await that never saw it, and passed to others")
  void neverTold() {
    Cached source = new Cached(false);
    Fork<String> first = Fork.virtual(awaiting(source));
    Eventually.until("inside", () -> source.inside.getCount() == 0);
    first.awaitParked().interrupt();
    assertThat(first.join()).isEqualTo("first");
    assertOrdinary(source);
  }

  @Test
  @DisplayName("A8 (2): made by the code that awaits, before the await, on the same line")
  void madeBefore() {
    Fork<Boolean> fork =
        Fork.virtual(() -> {
          Thread.currentThread().interrupt();
          Throwable thrown = catchThrowable(() -> Await.<String>await(failing(interrupted())));
          assertThat(thrown).isInstanceOf(CompletionException.class);
          return Thread.currentThread().isInterrupted();
        });
    assertThat(fork.join()).isFalse();
  }

  private static InterruptedException interrupted() {
    try {
      Thread.sleep(60_000);
      throw new AssertionError("not interrupted");
    } catch (InterruptedException e) {
      return e;
    }
  }

  private static Awaitable<String> failing(Throwable failure) {
    return suspension -> suspension.fail(failure);
  }

  @Test
  @DisplayName("A8 (2), A9: a class whose equals and hashCode throw is told by identity, too")
  void hostileIdentity() {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Awaitable<String> source = failing(new Hostile());
    Fork.virtual(
            () -> {
              for (int i = 0; i < 2; i++) {
                thrown.set(catchThrowable(() -> Await.<String>await(source)));
                assertThat(thrown.get()).isInstanceOf(CompletionException.class);
              }
            })
        .join();
  }

  @SuppressWarnings("ThrowableEqualsHashCode") // that is what is hostile
  private static final class Hostile extends InterruptedException {
    private static final long serialVersionUID = 1L;

    @Override
    public int hashCode() {
      throw new IllegalStateException("hashCode");
    }

    @Override
    @SuppressWarnings("EqualsUnsafeCast") // never equal
    public boolean equals(@Nullable Object other) {
      throw new IllegalStateException("equals");
    }
  }

  @Test
  @DisplayName("A8 (2), A9: deep in a recursion, whose stack trace is cut, one of now cancels")
  void deep() {
    Cached source = new Cached(true);
    Fork<String> fork = Fork.platform(() -> recurse(3_000, awaiting(source)));
    Eventually.until("inside", () -> source.inside.getCount() == 0);
    fork.awaitParked().interrupt();
    assertThat(fork.joinFailure()).isExactlyInstanceOf(CancellationException.class);
  }

  private static String recurse(int depth, Callable<String> code) throws Exception {
    return depth == 0 ? code.call() : recurse(depth - 1, code);
  }

  /** A class of the user's whose name is as those of bridge's awaits. */
  private static final class NamedAwait {
    private static InterruptedException interrupted() {
      return KeptInterruptTest.interrupted();
    }
  }

  @Test
  @DisplayName("A8 (2): made in a class that is named as bridge's own")
  void madeInNamedCode() {
    Fork.virtual(
            () -> {
              Thread.currentThread().interrupt();
              InterruptedException kept = NamedAwait.interrupted();
              Throwable thrown = catchThrowable(() -> Await.<String>await(failing(kept)));
              assertThat(thrown).isInstanceOf(CompletionException.class);
              assertThat(thrown.getCause()).isSameAs(kept);
            })
        .join();
  }

  @Test
  @DisplayName("A8 (2): thrown by the get of a user's future")
  void ofFuture() {
    InterruptedException kept = new InterruptedException("kept");
    CompletableFuture<String> future =
        new CompletableFuture<>() {
          @Override
          public String get() throws InterruptedException {
            throw kept;
          }
        };
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          assertThat(catchThrowable(() -> FutureAwait.<String>await(future, false)).getCause())
              .isSameAs(kept);
          return "goes on";
        });
    assertThat(coroutine.await()).isEqualTo("goes on");
  }
}
