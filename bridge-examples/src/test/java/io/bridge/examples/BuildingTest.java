package io.bridge.examples;

import static io.bridge.Publishers.forEach;
import static io.bridge.Publishers.toFlowPublisher;
import static io.bridge.Publishers.toPublisher;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.bridge.Emitter;
import io.bridge.fixtures.Eventually;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** The code of docs/guide/building.md. */
@Timeout(60)
class BuildingTest {

  record User(String name, boolean locked) {}

  record Account(String owner) {}

  /** The two forms of one method. */
  static class Accounts {

    Mono<User> find(String name) {
      return name.isEmpty() ? Mono.empty() : Mono.just(new User(name, name.startsWith("x")));
    }

    Mono<Account> create(User user) {
      return Mono.just(new Account(user.name()));
    }

    // tag::before[]
    Mono<Account> openReactive(String name) {
      return find(name)
          .switchIfEmpty(Mono.error(() -> new IllegalArgumentException("unknown: " + name)))
          .flatMap(user ->
              user.locked()
                  ? Mono.error(new IllegalStateException("locked: " + name))
                  : create(user));
    }

    // end::before[]

    // tag::after[]
    Mono<Account> open(String name) {
      return mono(() -> {
        User user = await(find(name)); // null is empty
        if (user == null) {
          throw new IllegalArgumentException("unknown: " + name);
        }
        if (user.locked()) {
          throw new IllegalStateException("locked: " + name);
        }
        return awaitSingle(create(user));
      });
    }
    // end::after[]
  }

  @Test
  @DisplayName("one method in both forms")
  void method() {
    Accounts accounts = new Accounts();
    for (String name : List.of("ann", "xan", "")) {
      assertThat(outcome(accounts.open(name))).isEqualTo(outcome(accounts.openReactive(name)));
    }
    assertThat(outcome(accounts.open("ann"))).isEqualTo("Account[owner=ann]");
  }

  private static String outcome(Mono<Account> mono) {
    return awaitSingle(mono.map(Account::toString).onErrorResume(e -> Mono.just(e.toString())));
  }

  // tag::passes[]
  Mono<String> cached(Mono<String> load) {
    return mono(() -> awaitSingle(load))
        .retryWhen(Retry.max(2).filter(e -> e instanceof SocketException)) // as on load itself
        .onErrorResume(IOException.class, e -> Mono.just("from the cache"));
  }

  // end::passes[]

  @Test
  @DisplayName("A7 (2): operators around a body see the type of a failure that they always saw")
  void passes() {
    AtomicInteger loads = new AtomicInteger();
    Mono<String> load =
        Mono.defer(() -> {
          boolean again = loads.incrementAndGet() < 3;
          return Mono.error(again ? new SocketException("reset") : new IOException("gone"));
        });
    assertThat(cached(load).block()).isEqualTo("from the cache");
    assertThat(loads).hasValue(3);
  }

  // tag::inplace[]
  Mono<Integer> price(String item) {
    return mono(() -> item.length() * 10);
  }

  Mono<Integer> total(List<String> items) {
    return mono(() -> {
      int total = 0;
      for (String item : items) {
        total += awaitSingle(price(item)); // a call, on this thread
      }
      return total;
    });
  }

  // end::inplace[]

  @Test
  @DisplayName("N1 (2): a body that awaits a body calls it")
  void calls() {
    assertThat(total(List.of("pen", "paper")).block()).isEqualTo(80);
  }

  // tag::stream[]
  static Flux<String> lines(Path file) {
    return flux((Emitter<String> lines) -> {
      try (BufferedReader reader = Files.newBufferedReader(file)) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          lines.emit(line); // waits until the subscriber asks for one more
        }
      }
    });
  }

  // end::stream[]

  // tag::emitall[]
  Flux<String> pages(int count) {
    return flux((Emitter<String> pages) -> {
      for (int i = 1; i <= count; i++) {
        pages.emitAll(page(i)); // a stream of this kind, or any publisher
      }
    });
  }

  Flux<String> page(int number) {
    return flux((Emitter<String> lines) -> {
      lines.emit("page " + number);
      lines.emit("text of page " + number);
    });
  }

  // end::emitall[]

  @Test
  @DisplayName("B4a (2): a stream inside a stream")
  void emitAll() {
    assertThat(pages(2).collectList().block())
        .containsExactly("page 1", "text of page 1", "page 2", "text of page 2");
  }

  // tag::order[]
  static void copy(Flux<String> steps, List<String> store) {
    forEach(steps, store::add); // the body's next step sees what this step has stored
  }

  // end::order[]

  @Test
  @DisplayName("N2 (2): emit returns after the consumer's action")
  void order() {
    List<String> store = new ArrayList<>();
    Flux<String> steps =
        flux((Emitter<String> out) -> {
          for (int i = 1; i <= 2; i++) {
            out.emit("step " + i + " after " + store.size());
          }
        });
    mono(() -> copy(steps, store)).block();
    assertThat(store).containsExactly("step 1 after 0", "step 2 after 1");
  }

  @Test
  @DisplayName("a file as a Flux, cut off")
  void stream(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("words"), List.of("one", "two", "three"));
    assertThat(lines(file).collectList().block()).containsExactly("one", "two", "three");
    assertThat(lines(file).take(2).collectList().block()).containsExactly("one", "two");
    assertThat(awaitFirst(lines(file))).isEqualTo("one");
  }

  private final HttpClient client = HttpClient.newHttpClient();

  // tag::mapawait[]
  Flux<Integer> sizes(Flux<URI> pages) {
    return pages.transform(
        mapAwait(
            8,
            page -> {
              var response =
                  await(
                      client.sendAsync(
                          HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()));
              if (response.statusCode() != 200) {
                throw new IOException(page + ": " + response.statusCode());
              }
              return response.body().length();
            }));
  }

  // end::mapawait[]

  @Test
  @DisplayName("code for each item, over a real HTTP server")
  void perItem() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body =
              exchange.getRequestURI().getPath().substring(1).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String base = "http://localhost:" + server.getAddress().getPort() + "/";
      Flux<URI> pages = Flux.range(1, 30).map(n -> URI.create(base + "x".repeat(n)));
      assertThat(sizes(pages).collectList().block())
          .containsExactlyElementsOf(Flux.range(1, 30).toIterable());
    } finally {
      server.stop(0);
    }
  }

  @Test
  @DisplayName("a future whose timeout ends its body")
  void futures() throws InterruptedException {
    CountDownLatch asleep = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    // tag::future[]
    CompletableFuture<String> report =
        future(() -> {
          try {
            asleep.countDown();
            Thread.sleep(60_000); // interrupted, as soon as nobody wants the report
            return "report";
          } finally {
            ended.set(true);
          }
        });
    report.orTimeout(50, TimeUnit.MILLISECONDS);
    // end::future[]
    asleep.await();
    Eventually.until("the body has ended", ended::get);
    assertThat(report).isCompletedExceptionally();
  }

  @Test
  @DisplayName("signals on an executor")
  void signals() {
    ExecutorService window = Executors.newSingleThreadExecutor(task -> new Thread(task, "window"));
    // tag::signals[]
    Single<String> shown =
        single(Schedulers.from(window), () -> awaitSingle(Mono.just("hello")))
            .map(this::show); // on window's thread
    // end::signals[]
    assertThat(await(shown)).isEqualTo("hello on window");
    window.shutdown();
  }

  private String show(String text) {
    return text + " on " + Thread.currentThread().getName();
  }

  @Test
  @DisplayName("conversions")
  void conversions() {
    Mono<String> mono = Mono.just("a");
    Flowable<Integer> flowable = Flowable.range(1, 3);
    Observable<Integer> observable = Observable.range(1, 3);
    // tag::convert[]
    Single<String> single = toSingle(awaitable(mono));
    CompletableFuture<String> future = toCompletableFuture(awaitable(single));
    Mono<String> back = toMono(awaitable(future));

    Flux<Integer> flux = toFlux(flowable);
    Flow.Publisher<Integer> flow = toFlowPublisher(flux);
    Flowable<Integer> again = toFlowable(toPublisher(flow));
    Flux<Integer> buffered = toFlux(observable.toFlowable(BackpressureStrategy.BUFFER));
    // end::convert[]
    assertThat(awaitSingle(back)).isEqualTo("a");
    assertThat(awaitList(again)).containsExactly(1, 2, 3);
    assertThat(awaitList(buffered)).containsExactly(1, 2, 3);
  }
}
