package io.bridge.examples;

import static io.bridge.Coroutine.withTimeout;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.AwaitTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pairs of docs/guide/structured.md for futures: old and new code with the same result. */
@Timeout(60)
class StructuredFutureTest {

  record Page(String user, int orders) {}

  private final IllegalStateException broken = new IllegalStateException("broken");
  private final CompletableFuture<String> user = CompletableFuture.supplyAsync(() -> "ann");
  private final CompletableFuture<Integer> orders = CompletableFuture.supplyAsync(() -> 3);

  // tag::allof-old[]
  static CompletableFuture<Page> pageOfStages(
      CompletableFuture<String> user, CompletableFuture<Integer> orders) {
    return CompletableFuture.allOf(user, orders)
        .thenApply(done -> new Page(user.join(), orders.join()));
  }

  // end::allof-old[]

  // tag::allof-new[]
  static CompletableFuture<Page> page(
      CompletableFuture<String> user, CompletableFuture<Integer> orders) {
    return future(() -> awaitAll(awaitable(user), awaitable(orders), Page::new));
  }

  // end::allof-new[]

  @Test
  @DisplayName("allOf")
  void allOf() {
    assertThat(pageOfStages(user, orders).join()).isEqualTo(new Page("ann", 3));
    assertThat(page(user, orders).join()).isEqualTo(new Page("ann", 3));
    CompletableFuture<String> failed = CompletableFuture.failedFuture(broken);
    assertThatThrownBy(pageOfStages(failed, orders)::join).hasCause(broken);
    assertThatThrownBy(page(failed, orders)::join).hasCause(broken);
    // the difference: a failure does not wait for the rest
    assertThat(pageOfStages(failed, new CompletableFuture<>())).isNotDone();
    assertThatThrownBy(page(failed, new CompletableFuture<>())::join).hasCause(broken);
  }

  // tag::anyof-old[]
  static CompletableFuture<Object> fastestOfStages(List<CompletableFuture<String>> mirrors) {
    return CompletableFuture.anyOf(mirrors.toArray(CompletableFuture[]::new));
  }

  // end::anyof-old[]

  // tag::anyof-new[]
  static CompletableFuture<String> fastest(List<CompletableFuture<String>> mirrors) {
    return future(() -> awaitAny(mirrors.stream().map(mirror -> awaitable(mirror)).toList()));
  }

  // end::anyof-new[]

  @Test
  @DisplayName("anyOf")
  void anyOf() {
    CompletableFuture<String> never = new CompletableFuture<>();
    assertThat(fastestOfStages(List.of(never, user)).join()).isEqualTo("ann");
    assertThat(fastest(List.of(never, user)).join()).isEqualTo("ann");
    // the difference: a failure does not win
    CompletableFuture<String> failed = CompletableFuture.failedFuture(broken);
    assertThatThrownBy(fastestOfStages(List.of(failed, user))::join).hasCause(broken);
    assertThat(fastest(List.of(failed, user)).join()).isEqualTo("ann");
    assertThat(never).isNotDone();
  }

  // tag::ortimeout-old[]
  static String readOfStages(CompletableFuture<String> request, Duration time) {
    try {
      return request.orTimeout(time.toMillis(), TimeUnit.MILLISECONDS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof TimeoutException) {
        return "too slow";
      }
      throw e;
    }
  }

  // end::ortimeout-old[]

  // tag::ortimeout-new[]
  static String read(CompletableFuture<String> request, Duration time) {
    try {
      return withTimeout(time, () -> awaitOrCancel(request));
    } catch (AwaitTimeoutException slow) {
      return "too slow";
    }
  }

  // end::ortimeout-new[]

  @Test
  @DisplayName("orTimeout")
  void orTimeout() {
    Duration day = Duration.ofDays(1);
    assertThat(readOfStages(user, day)).isEqualTo("ann");
    assertThat(read(user, day)).isEqualTo("ann");
    CompletableFuture<String> oldRequest = new CompletableFuture<>();
    CompletableFuture<String> newRequest = new CompletableFuture<>();
    Duration moment = Duration.ofMillis(50);
    assertThat(readOfStages(oldRequest, moment)).isEqualTo("too slow");
    assertThat(read(newRequest, moment)).isEqualTo("too slow");
    assertThat(oldRequest).isCompletedExceptionally();
    assertThat(newRequest).isCancelled();
  }
}
