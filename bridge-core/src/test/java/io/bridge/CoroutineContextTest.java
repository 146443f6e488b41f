package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("C1 the context of a coroutine")
@Timeout(60)
class CoroutineContextTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final CoroutineContext.Key<String> USER = CoroutineContext.Key.of("user");
  private static final CoroutineContext.Key<String> TENANT = CoroutineContext.Key.of("tenant");

  private static @Nullable String user() {
    return CoroutineContext.current().get(USER);
  }

  private static void as(String user, VoidBody<RuntimeException> body) {
    CoroutineContext.<String, RuntimeException>with(USER, user, body);
  }

  private static @Nullable String valueAs(String user) {
    return CoroutineContext.<String, @Nullable String, RuntimeException>with(
        USER, user, CoroutineContextTest::user);
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("C1 with: nesting, shadowing, and the one around again behind it; plain threads too")
  void nesting(Where where) {
    Fork<String> fork =
        where.<String>fork(() -> {
          assertThat(CoroutineContext.current()).isSameAs(CoroutineContext.empty());
          as(
              "a",
              () -> {
                assertThat(user()).isEqualTo("a");
                assertThat(valueAs("b")).isEqualTo("b");
                assertThat(user()).isEqualTo("a");
                CoroutineContext.<String, RuntimeException>with(
                    TENANT,
                    "t",
                    () -> {
                      assertThat(user()).isEqualTo("a");
                      assertThat(CoroutineContext.current().get(TENANT)).isEqualTo("t");
                    });
                assertThat(CoroutineContext.current().get(TENANT)).isNull();
              });
          assertThat(CoroutineContext.current()).isSameAs(CoroutineContext.empty());
          return "done";
        });
    assertThat(fork.join()).isEqualTo("done");
  }

  @Test
  @DisplayName("C1 plus and get: immutable, keys are objects, not names")
  void plusAndGet() {
    CoroutineContext one = CoroutineContext.empty().plus(USER, "a");
    CoroutineContext two = one.plus(USER, "b").plus(TENANT, "t");
    assertThat(CoroutineContext.empty().get(USER)).isNull();
    assertThat(one.get(USER)).isEqualTo("a");
    assertThat(one.get(TENANT)).isNull();
    assertThat(two.get(USER)).isEqualTo("b");
    assertThat(two.get(TENANT)).isEqualTo("t");
    assertThat(one.get(CoroutineContext.Key.<String>of("user"))).isNull();
    assertThat(USER).hasToString("user");
    assertThat(one).hasToString("CoroutineContext{user=a}");
  }

  @Test
  @DisplayName("section 8: null arguments are named, and the body does not run")
  void nulls() {
    assertThatThrownBy(() -> CoroutineContext.Key.of(Nulls.<String>smuggled())).hasMessage("name");
    assertThatThrownBy(() -> CoroutineContext.empty().get(Nulls.smuggled())).hasMessage("key");
    assertThatThrownBy(() -> as(Nulls.<String>smuggled(), () -> {})).hasMessage("value");
    assertThatThrownBy(() -> as("a", Nulls.<VoidBody<RuntimeException>>smuggled()))
        .isExactlyInstanceOf(NullPointerException.class)
        .hasMessage("body");
    assertThat(CoroutineContext.current()).isSameAs(CoroutineContext.empty());
  }

  @Test
  @DisplayName("C1 a body's checked failure is thrown as itself, and the context is restored")
  void restoredAfterFailure() {
    IOException failure = new IOException("body");
    VoidBody<IOException> failing =
        () -> {
          assertThat(user()).isEqualTo("b");
          throw failure;
        };
    as(
        "a",
        () -> {
          assertThat(
                  catchThrowable(
                      () -> CoroutineContext.<String, IOException>with(USER, "b", failing)))
              .isSameAs(failure);
          assertThat(user()).isEqualTo("a");
        });
    assertThat(user()).isNull();
  }

  @Test
  @DisplayName("C1 visible in shield, in timeouts and behind awaits")
  void blocks() {
    as(
        "a",
        () -> {
          assertThat(Coroutine.<@Nullable String, RuntimeException>shield(() -> user()))
              .isEqualTo("a");
          assertThat(Coroutine.<@Nullable String, RuntimeException>withTimeout(LONG, () -> user()))
              .isEqualTo("a");
          Coroutine.withTimeout(
              LONG, () -> Coroutine.shield(() -> assertThat(valueAs("b")).isEqualTo("b")));
          Await.delay(Duration.ofMillis(1));
          assertThat(user()).isEqualTo("a");
        });
  }

  @Test
  @DisplayName("C1 inherited at start, by a builder's body at subscription; not changed afterwards")
  void inherited() {
    CountDownLatch outside = new CountDownLatch(1);
    Publisher<String> publisher =
        Publishers.publisher((Emitter<String> emitter) -> emitter.emit(String.valueOf(user())));
    List<Coroutine<@Nullable String>> started = new CopyOnWriteArrayList<>();
    as(
        "a",
        () -> {
          started.add(
              Coroutine.<@Nullable String>start(() -> {
                outside.await();
                return Coroutine.<@Nullable String>start(CoroutineContextTest::user).await();
              }));
          assertThat(Await.awaitSingle(publisher)).isEqualTo("a");
        });
    outside.countDown();
    assertThat(started.get(0).await()).isEqualTo("a");
    assertThat(Await.awaitSingle(publisher)).isEqualTo("null");
  }

  /** Takes one item. */
  private record Taker(Consumer<String> onItem) implements Subscriber<String> {
    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String item) {
      onItem.accept(item);
    }

    @Override
    public void onError(Throwable failure) {
      onItem.accept(failure.toString());
    }

    @Override
    public void onComplete() {
      onItem.accept("end");
    }
  }

  @Test
  @DisplayName("C1 B7 a subscriber's signals see none of it; a block of their own they do see")
  void notInSignals() {
    List<String> seen = new CopyOnWriteArrayList<>();
    Publisher<String> publisher =
        Publishers.publisher((Emitter<String> emitter) ->
            as(
                "a",
                () -> {
                  emitter.emit("item");
                  seen.add("body " + user());
                }));
    publisher.subscribe(
        new Taker(item -> seen.add(item + " " + user() + " " + valueAs("b") + " " + user())));
    Eventually.until("the end", () -> seen.size() == 3);
    assertThat(seen).containsExactly("item null b null", "body a", "end null b null");
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("C1 A5 A9 inside with, cancellation and interrupts are those of the code around")
  void cancelled(Victim.By by) {
    Probe<String> probe = new Probe<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    Victim victim =
        Victim.start(
            by,
            () ->
                as(
                    "a",
                    () -> {
                      assertThat(Coroutine.current() != null).isEqualTo(by.isCoroutine());
                      try {
                        Await.await(probe);
                      } finally {
                        seen.add(user() + " " + Coroutine.isCancelled());
                        assertThat(catchThrowable(() -> Await.await(probe)))
                            .isExactlyInstanceOf(CancellationException.class);
                        Coroutine.shield(() -> Await.delay(Duration.ofMillis(1)));
                      }
                    }));
    probe.awaitRequest();
    victim.awaitParked().stop();
    assertThat(victim.failure())
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage(messageOf(by));
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(seen).containsExactly("a " + by.isCoroutine());
    assertThat(probe.cancelThreads()).containsExactly(victim.thread());
    assertThat(probe.subscriptions()).isEqualTo(1);
  }

  private static String messageOf(Victim.By by) {
    return switch (by) {
      case CANCEL -> "stopped";
      case INTERRUPT_OF_COROUTINE -> "its thread was interrupted";
      default -> "interrupted while awaiting";
    };
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("C1 A9 a blocking call inside with is interrupted, and the flag of another stays up")
  void blockingCall(Victim.By by) {
    Victim victim =
        Victim.start(
            by,
            () ->
                as(
                    "a",
                    () -> {
                      try {
                        Thread.sleep(60_000);
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
    victim.awaitParked().stop();
    assertThat(victim.endedWithFlag()).isTrue();
    if (by.isCoroutine()) {
      Coroutine<?> coroutine = victim.coroutine();
      Eventually.until("the end", coroutine::isDone);
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("C1 T1 a deadline inside with and one around it: no flag is left behind")
  void deadlines(Where where) {
    TestTime time = new TestTime();
    Body<Boolean, Exception> code =
        () -> {
          assertThatThrownBy(() -> Coroutine.withTimeout(LONG, () -> time.advance(LONG)))
              .isExactlyInstanceOf(AwaitTimeoutException.class);
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          assertThat(Coroutine.isCancelled()).isFalse();
          assertThatThrownBy(
                  () -> Coroutine.withTimeout(LONG, () -> as("a", () -> time.advance(LONG))))
              .isExactlyInstanceOf(AwaitTimeoutException.class);
          Await.<String>suspend(s -> s.resume("still works"));
          return Thread.currentThread().isInterrupted();
        };
    assertThat(where.<Boolean>fork(() -> time.<Boolean>run(code)).join()).isFalse();
  }
}
