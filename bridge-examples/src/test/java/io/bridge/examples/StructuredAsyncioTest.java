package io.bridge.examples;

import static io.bridge.Coroutine.withTimeout;
import static io.bridge.reactor.ReactorBridge.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/** The pairs of docs/guide/structured.md for asyncio; their Python is text. */
@Timeout(60)
class StructuredAsyncioTest {

  record Page(String user, String orders) {}

  private static String fetch(String name) {
    return switch (name) {
      case "slow" -> awaitSingle(Mono.<String>never());
      case "bad" -> awaitSingle(Mono.<String>error(new IllegalArgumentException("bad")));
      default -> awaitSingle(Mono.just(name.toUpperCase(java.util.Locale.ROOT)));
    };
  }

  // tag::gather[]
  static List<String> gather(List<String> names) {
    try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      names.forEach(name -> scope.fork(() -> fetch(name)));
      return scope.join();
    }
  }

  // end::gather[]

  @Test
  @DisplayName("gather")
  void gather() {
    assertThat(gather(List.of("a", "b"))).containsExactly("A", "B");
    assertThatThrownBy(() -> gather(List.of("slow", "bad"))).hasMessage("bad");
  }

  // tag::exceptions[]
  static List<Object> gatherAll(List<String> names) {
    try (var scope = CoroutineScope.open(Joiner.<String>awaitAll())) {
      List<Coroutine<String>> fetches =
          names.stream().map(name -> scope.fork(() -> fetch(name))).toList();
      scope.join();
      return fetches.stream().map(StructuredAsyncioTest::resultOf).toList();
    }
  }

  private static Object resultOf(Coroutine<String> fetch) {
    Throwable failure = fetch.failure();
    return failure != null ? failure : fetch.get();
  }

  // end::exceptions[]

  @Test
  @DisplayName("gather(return_exceptions=True)")
  void exceptions() {
    List<Object> results = gatherAll(List.of("a", "bad", "b"));
    assertThat(results).first().isEqualTo("A");
    assertThat(results.get(1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(results).last().isEqualTo("B");
  }

  // tag::taskgroup[]
  static Page page() {
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> user = scope.fork(() -> fetch("user"));
      Coroutine<String> orders = scope.fork(() -> fetch("orders"));
      scope.join();
      return new Page(user.get(), orders.get());
    }
  }

  // end::taskgroup[]

  @Test
  @DisplayName("TaskGroup")
  void taskGroup() {
    assertThat(page()).isEqualTo(new Page("USER", "ORDERS"));
  }

  // tag::first[]
  static List<String> firstCompleted(List<String> names) {
    try (var scope = CoroutineScope.open(Joiner.<String>allUntil(Coroutine::isDone))) {
      names.forEach(name -> scope.fork(() -> fetch(name)));
      return scope.join().stream() // those that are not done have been cancelled
          .filter(fetch -> fetch.state() == State.SUCCEEDED)
          .map(Coroutine::get)
          .toList();
    }
  }

  // end::first[]

  @Test
  @DisplayName("wait(FIRST_COMPLETED)")
  void firstCompleted() {
    assertThat(firstCompleted(List.of("slow", "a"))).containsExactly("A");
  }

  // tag::waitfor[]
  static String inTime(String name) {
    try {
      return withTimeout(Duration.ofMillis(100), () -> fetch(name));
    } catch (AwaitTimeoutException slow) {
      return "too slow";
    }
  }

  // end::waitfor[]

  // tag::timeout[]
  static List<String> asManyAsPossible(List<String> names) {
    List<String> fetched = new ArrayList<>();
    try {
      withTimeout(
          Duration.ofMillis(100),
          () -> {
            for (String name : names) {
              fetched.add(fetch(name));
            }
          });
    } catch (AwaitTimeoutException slow) {
      fetched.add("and more");
    }
    return fetched;
  }

  // end::timeout[]

  @Test
  @DisplayName("wait_for and timeout")
  void timeouts() {
    assertThat(inTime("slow")).isEqualTo("too slow");
    assertThat(asManyAsPossible(List.of("slow"))).containsExactly("and more");
  }

  @Test
  @DisplayName("shield")
  void shield() {
    Queue<String> saved = new ConcurrentLinkedQueue<>();
    CompletableFuture<String> disk = new CompletableFuture<>();
    CountDownLatch waits = new CountDownLatch(1);
    CoroutineScope<@Nullable Object, ?> background =
        CoroutineScope.background(config -> config.withName("saving"));
    Coroutine<?> request =
        Coroutine.start(() -> {
          // tag::shield[]
          Coroutine<Boolean> saving =
              background.fork(() -> saved.add(awaitSingle(Mono.fromFuture(disk))));
          waits.countDown();
          saving.await(); // cancelled, it leaves the saving alone
          // end::shield[]
        });
    Eventually.until("the saving goes on", () -> waits.getCount() == 0);
    request.cancel();
    assertThatThrownBy(request::await).hasCauseInstanceOf(CancellationException.class);
    disk.complete("order");
    background.close(Eventually.DEADLINE);
    assertThat(saved).containsExactly("order");
  }
}
