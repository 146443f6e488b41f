package io.bridge.examples;

import static io.bridge.Coroutine.runOn;
import static io.bridge.Coroutine.withTimeoutOrNull;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.Registration;
import io.bridge.Suspension;
import io.bridge.TimeSource;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.ManualClock;
import io.reactivex.rxjava3.core.Single;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** The code of docs/guide/awaiting.md. */
@Timeout(60)
class AwaitingTest {

  record Offer(long price, int stock) {}

  @Test
  @DisplayName("awaitAll of two types, with a combiner")
  void all() {
    Single<Long> price = Single.just(300L);
    CompletableFuture<Integer> stock = CompletableFuture.completedFuture(7);
    // tag::all[]
    Offer offer = awaitAll(awaitable(price), awaitable(stock), Offer::new);
    // end::all[]
    assertThat(offer).isEqualTo(new Offer(300, 7));
  }

  @Test
  @DisplayName("awaitAll of one library's type, without awaitable")
  void alike() {
    CompletableFuture<Long> price = CompletableFuture.completedFuture(300L);
    CompletableFuture<Integer> stock = CompletableFuture.completedFuture(7);
    // tag::alike[]
    Offer offer = awaitAll(price, stock, Offer::new); // two or three Monos, Singles or stages
    // end::alike[]
    assertThat(offer).isEqualTo(new Offer(300, 7));
  }

  @Test
  @DisplayName("awaitAll of any number of one type")
  void many() {
    List<Single<Long>> offers = List.of(Single.just(300L), Single.just(200L), Single.just(250L));
    // tag::many[]
    List<Long> prices = awaitAll(offers.stream().map(offer -> awaitable(offer)).toList());
    // end::many[]
    assertThat(prices).containsExactly(300L, 200L, 250L);
  }

  record Product(String name, long price, int stock, List<String> reviews) {}

  @Test
  @DisplayName("four sources of different types: a scope")
  void four() {
    Single<String> name = Single.just("lamp");
    Single<Long> price = Single.just(300L);
    CompletableFuture<Integer> stock = CompletableFuture.completedFuture(7);
    Flux<String> reviews = Flux.just("bright");
    // tag::four[]
    Product product;
    try (var scope = CoroutineScope.open()) {
      var named = scope.fork(() -> await(name));
      var priced = scope.fork(() -> await(price));
      var stocked = scope.fork(() -> await(stock));
      var reviewed = scope.fork(() -> awaitList(reviews));
      scope.join();
      product = new Product(named.get(), priced.get(), stocked.get(), reviewed.get());
    }
    // end::four[]
    assertThat(product).isEqualTo(new Product("lamp", 300, 7, List.of("bright")));
  }

  @Test
  @DisplayName("awaitAny of mirrors")
  void any() {
    Single<String> near = Single.error(new IOException("down"));
    Single<String> far = Single.just("page");
    // tag::any[]
    String page = awaitAny(awaitable(near), awaitable(far)); // the other one is disposed
    // end::any[]
    assertThat(page).isEqualTo("page");
  }

  // tag::orthrow[]
  String read(Mono<String> file) throws IOException {
    @Nullable String text = awaitOrThrow(file, IOException.class); // else a CompletionException
    return text == null ? "" : text;
  }

  // end::orthrow[]

  // tag::catch[]
  String readOrEmpty(Mono<String> file) {
    try {
      return awaitSingle(file);
    } catch (CompletionException e) { // a checked failure of the source is the cause
      if (e.getCause() instanceof FileNotFoundException) {
        return "";
      }
      throw e; // leaves a body as the source's own failure
    }
  }

  // end::catch[]

  @Test
  @DisplayName("A7 (2): a catch in a body, and what the body's subscriber sees of the rest")
  void caught() {
    assertThat(readOrEmpty(Mono.error(new FileNotFoundException("gone")))).isEmpty();
    IOException busy = new IOException("busy");
    assertThat(
            mono(() -> readOrEmpty(Mono.error(busy)))
                .onErrorResume(IOException.class, e -> Mono.just(e == busy ? "busy" : "other"))
                .block())
        .isEqualTo("busy");
  }

  @Test
  @DisplayName("awaitOrThrow")
  void orThrow() throws IOException {
    assertThat(read(Mono.empty())).isEmpty();
    String found;
    try {
      found = read(Mono.error(new FileNotFoundException("gone")));
    } catch (FileNotFoundException e) {
      found = "none";
    }
    assertThat(found).isEqualTo("none");
  }

  @Test
  @DisplayName("withTimeoutOrNull")
  void timeout() {
    Single<String> slow = Single.never();
    // tag::timeout[]
    @Nullable String quick = withTimeoutOrNull(Duration.ofMillis(50), () -> await(slow));
    String shown = quick == null ? "still loading" : quick;
    // end::timeout[]
    assertThat(shown).isEqualTo("still loading");
  }

  interface Label {
    String show(String text) throws IOException;
  }

  // tag::runon[]
  String show(Mono<Long> number, Executor ui, Label label) throws IOException {
    long answer = awaitSingle(number); // on this thread
    return runOn(ui, () -> label.show("the answer is " + answer)); // on that of the user interface
  }

  // end::runon[]

  @Test
  @DisplayName("S9 runOn the thread of a user interface")
  void threads() throws IOException {
    try (ExecutorService ui = Executors.newSingleThreadExecutor(code -> new Thread(code, "ui"))) {
      Label label = text -> text + ", says " + Thread.currentThread().getName();
      assertThat(show(Mono.just(42L), ui, label)).isEqualTo("the answer is 42, says ui");
    }
  }

  @Test
  @DisplayName("T5 retry under Reactor's spec")
  void retries() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    // tag::retry[]
    Retry spec = Retry.backoff(3, Duration.ofMillis(1)).filter(e -> e instanceof IOException);
    String answer = retry(spec, () -> flaky(calls));
    // end::retry[]
    assertThat(answer).isEqualTo("answer 3");
  }

  @Test
  @DisplayName("T5 retry with Failsafe")
  void failsafe() {
    AtomicInteger calls = new AtomicInteger();
    // tag::failsafe[]
    RetryPolicy<String> policy =
        RetryPolicy.<String>builder()
            .handle(IOException.class)
            .withBackoff(Duration.ofMillis(1), Duration.ofMillis(8))
            .build();
    String answer = Failsafe.with(policy).get(() -> flaky(calls)); // in place, on this thread
    // end::failsafe[]
    assertThat(answer).isEqualTo("answer 3");
  }

  private static String flaky(AtomicInteger calls) throws IOException {
    if (calls.incrementAndGet() < 3) {
      throw new IOException("try again");
    }
    return "answer " + calls;
  }

  // tag::callback[]
  static Awaitable<Integer> reading(AsynchronousFileChannel file, ByteBuffer into) {
    return suspension -> file.read(into, 0, suspension, new Reader());
  }

  static final class Reader implements CompletionHandler<Integer, Suspension<? super Integer>> {
    @Override
    public void completed(Integer bytes, Suspension<? super Integer> suspension) {
      suspension.resume(bytes);
    }

    @Override
    public void failed(Throwable failure, Suspension<? super Integer> suspension) {
      suspension.fail(failure);
    }
  }

  // end::callback[]

  @Test
  @DisplayName("A16 a callback API of the JDK")
  void callback(@TempDir Path folder) throws IOException {
    Path path = Files.writeString(folder.resolve("a.txt"), "hello");
    ByteBuffer into = ByteBuffer.allocate(16);
    try (AsynchronousFileChannel file = AsynchronousFileChannel.open(path)) {
      int bytes = await(reading(file, into));
      assertThat(new String(into.array(), 0, bytes, StandardCharsets.UTF_8)).isEqualTo("hello");
    }
  }

  // tag::clock[]
  static final class TestTime implements TimeSource {
    private final ManualClock clock = new ManualClock(); // any clock that a test can move

    @Override
    public long nanoTime() {
      return clock.nanoTime();
    }

    @Override
    public Registration schedule(Duration delay, Runnable task) {
      return clock.schedule(delay, task)::run;
    }
  }

  // end::clock[]

  @Test
  @DisplayName("T4 a test moves the time of its coroutines")
  void time() {
    TestTime time = new TestTime();
    // tag::bind[]
    Coroutine<List<String>> coroutine =
        CoroutineContext.with(
            TimeSource.KEY,
            time,
            () ->
                Coroutine.start(() -> {
                  delay(Duration.ofHours(1));
                  return List.of("an hour later");
                }));
    // end::bind[]
    Eventually.until("the delay", () -> time.clock.scheduled() == 1);
    time.clock.advance(Duration.ofHours(1));
    assertThat(coroutine.await()).containsExactly("an hour later");
  }
}
