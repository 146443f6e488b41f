package io.bridge.examples;

import static io.bridge.Publishers.asInputStream;
import static io.bridge.Publishers.forEach;
import static io.bridge.Publishers.fromOutputStream;
import static io.bridge.Publishers.fromStream;
import static io.bridge.Publishers.iterate;
import static io.bridge.Publishers.stream;
import static io.bridge.Publishers.toFlowPublisher;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.examples.Statements.update;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.iterate;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Row;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.exceptions.MissingBackpressureException;
import io.reactivex.rxjava3.subjects.PublishSubject;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The code of docs/guide/iterating.md. */
@Timeout(60)
class IteratingTest {

  // tag::loop[]
  static @Nullable Integer firstAbove(int limit, Flux<Integer> readings) {
    try (Cursor<Integer> cursor = iterate(readings)) {
      for (int reading : cursor) {
        if (reading > limit) {
          return reading; // close cancels the Flux
        }
      }
    }
    return null;
  }

  // end::loop[]

  @Test
  @DisplayName("a for loop that is left early cancels")
  void loop() {
    AtomicBoolean cancelled = new AtomicBoolean();
    Flux<Integer> readings = Flux.range(1, 1_000_000).doOnCancel(() -> cancelled.set(true));
    assertThat(firstAbove(500, readings.hide())).isEqualTo(501);
    assertThat(cancelled).isTrue();
    assertThat(firstAbove(3, Flux.just(1, 2, 3))).isNull();
  }

  @Test
  @DisplayName("prefetch 1: a page is fetched when the loop asks for it")
  void prefetch() {
    AtomicInteger fetched = new AtomicInteger();
    Flux<String> pages =
        flux(
                (Emitter<String> emitter) -> {
                  for (int page = 1; ; page++) {
                    emitter.emit("page " + page);
                  }
                })
            .doOnNext(page -> fetched.incrementAndGet());
    // tag::prefetch[]
    try (Cursor<String> cursor = iterate(pages, 1)) {
      assertThat(cursor.next()).isEqualTo("page 1");
      assertThat(cursor.next()).isEqualTo("page 2"); // fetched now, not before
    }
    // end::prefetch[]
    assertThat(fetched).hasValue(2);
  }

  @Test
  @DisplayName("a stream, closed to cancel")
  void streams() {
    Flux<String> words = Flux.just("one", "two", "three", "four").repeat();
    // tag::stream[]
    try (Stream<String> found = stream(words)) {
      assertThat(found.filter(word -> word.length() > 3).limit(3))
          .containsExactly("three", "four", "three");
    }
    // end::stream[]
  }

  // tag::concurrent[]
  static @Nullable Integer firstBelow(
      int bound, Flux<String> shops, Function<String, Mono<Integer>> priceAt) {
    try (Cursor<Integer> prices =
        mapConcurrent(shops, 8, shop -> await(priceAt.apply(shop)))) { // eight at a time
      for (int price : prices) { // in the order of the shops
        if (price < bound) {
          return price; // close cancels the Flux, and what is still being asked
        }
      }
    }
    return null;
  }

  // end::concurrent[]

  @Test
  @DisplayName("code for each item, several at a time, ended by leaving the loop")
  void concurrent() {
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger cancelled = new AtomicInteger();
    Flux<String> shops = Flux.range(1, Integer.MAX_VALUE).map(n -> "shop " + n);
    Integer found =
        firstBelow(
            90,
            shops,
            shop -> {
              int price = 101 - Integer.parseInt(shop.substring(5));
              return price >= 89
                  ? Mono.just(price).delayElement(Duration.ofMillis(1))
                  : Mono.<Integer>never()
                      .doOnSubscribe(s -> asked.incrementAndGet())
                      .doOnCancel(cancelled::incrementAndGet);
            });
    assertThat(found).isEqualTo(89);
    Eventually.until("what was asked is cancelled", () -> asked.get() == cancelled.get());
    assertThat(asked.get()).isLessThanOrEqualTo(8);
    assertThat(firstBelow(1, Flux.just("a", "b"), shop -> Mono.just(2))).isNull();
  }

  // tag::foreach[]
  static void write(Flux<String> lines, Writer out) throws IOException {
    forEach(lines, line -> out.write(line + "\n")); // an IOException goes through as itself
  }

  // end::foreach[]

  @Test
  @DisplayName("forEach with a checked exception")
  void each() throws IOException {
    StringWriter out = new StringWriter();
    write(Flux.just("a", "b"), out);
    assertThat(out).hasToString("a\nb\n");
    IOException full = new IOException("full");
    Writer failing =
        new Writer() {
          @Override
          public void write(char[] chars, int offset, int length) throws IOException {
            throw full;
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    assertThatThrownBy(() -> write(Flux.just("a", "b"), failing)).isSameAs(full);
  }

  @Test
  @DisplayName("items before a failure come first")
  void failure() {
    // tag::failure[]
    Flux<Integer> source =
        Flux.just(1, 2).concatWith(Flux.error(new IllegalStateException("broken")));
    List<Integer> seen = new ArrayList<>();
    try (Cursor<Integer> cursor = iterate(source)) {
      for (int item : cursor) {
        seen.add(item);
      }
    } catch (IllegalStateException broken) { // the same object; a checked one is a cause
      assertThat(seen).containsExactly(1, 2);
    }
    // end::failure[]
    assertThat(seen).hasSize(2);
  }

  // tag::forgotten[]
  static String firstOf(Publisher<String> source) {
    Cursor<String> forgotten = iterate(source); // no try: nobody closes it
    return forgotten.next();
  }

  // end::forgotten[]

  @Test
  @DisplayName("without close: cancelled and reported once it is unreachable, on a plain thread")
  void forgotten() {
    CountDownLatch cancelled = new CountDownLatch(1);
    Flux<String> source = Flux.just("a").concatWith(Flux.never()).doOnCancel(cancelled::countDown);
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    Registration reports = Undeliverable.onFailure(reported::add);
    assertThat(firstOf(source)).isEqualTo("a");
    Eventually.until(
        "reported",
        () -> {
          System.gc();
          return !reported.isEmpty();
        });
    reports.close();
    assertThat(cancelled.getCount()).isZero();
    assertThat(reported.get(0)).hasMessage("a cursor was not closed");
  }

  @Test
  @DisplayName("without close in a coroutine: cancelled when that ends, not reported")
  void forgottenInCoroutine() {
    AtomicBoolean cancelled = new AtomicBoolean();
    Flux<String> source =
        Flux.just("a").concatWith(Flux.never()).doOnCancel(() -> cancelled.set(true));
    assertThat(mono(() -> firstOf(source)).block()).isEqualTo("a");
    assertThat(cancelled).isTrue();
  }

  @Test
  @DisplayName(
      "an Observable knows no demand: items beyond the bound are a failure, after the others")
  void observables() {
    // tag::observable[]
    PublishSubject<Integer> clicks = PublishSubject.create();
    try (Cursor<Integer> cursor = iterate(clicks, 2)) { // 65 536 unless you say
      for (int i = 1; i <= 3; i++) {
        clicks.onNext(i); // nobody takes them
      }
      assertThat(cursor.next()).isEqualTo(1);
      assertThat(cursor.next()).isEqualTo(2);
      assertThatThrownBy(cursor::next).isInstanceOf(MissingBackpressureException.class);
    }
    // end::observable[]
    assertThat(clicks.hasObservers()).isFalse();
    try (Cursor<Integer> cursor = iterate(Observable.range(1, 100_000).hide())) {
      int taken = 0;
      while (taken < 65_536) {
        assertThat(cursor.next()).isEqualTo(++taken);
      }
      assertThatThrownBy(cursor::next).isInstanceOf(MissingBackpressureException.class);
    }
  }

  @Test
  @SuppressWarnings("StreamResourceLeak") // fromStream closes it
  @DisplayName("a blocking source as a publisher")
  void blocking(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("words"), List.of("one", "two", "three"));
    // tag::blocking[]
    Flux<String> lines =
        Mono.fromCallable(() -> Files.lines(file)).flatMapMany(opened -> fromStream(opened));
    // end::blocking[]
    assertThat(lines.collectList().block()).containsExactly("one", "two", "three");
    assertThat(lines.take(1).collectList().block()).containsExactly("one");
  }

  // tag::gzip[]
  static Publisher<ByteBuffer> zipped(Path file) {
    return fromOutputStream(out -> {
      try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
        Files.copy(file, zip);
      }
    });
  }

  static HttpResponse<String> upload(HttpClient client, HttpRequest.Builder to, Path file) {
    return await(
        client.sendAsync(
            to.POST(BodyPublishers.fromPublisher(toFlowPublisher(zipped(file)))).build(),
            BodyHandlers.ofString()));
  }

  // end::gzip[]

  // tag::unzip[]
  static List<String> download(HttpClient client, HttpRequest from) throws IOException {
    HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
        await(client.sendAsync(from, BodyHandlers.ofPublisher()));
    try (InputStream in = asInputStream(response.body());
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(new GZIPInputStream(in), UTF_8))) {
      return lines.lines().limit(10).toList(); // close cancels the rest of the download
    }
  }

  // end::unzip[]

  @Test
  @DisplayName("a file is uploaded zipped, and its beginning is downloaded")
  void bytes(@TempDir Path folder) throws IOException {
    List<String> content =
        Stream.iterate(1, i -> i <= 5000, i -> i + 1).map(i -> "line " + i).toList();
    Path file = Files.write(folder.resolve("lines"), content);
    Path stored = folder.resolve("stored.gz");
    HttpHandler store =
        exchange -> {
          if (exchange.getRequestMethod().equals("POST")) {
            Files.copy(exchange.getRequestBody(), stored);
            exchange.sendResponseHeaders(200, -1);
          } else {
            exchange.sendResponseHeaders(200, 0);
            Files.copy(stored, exchange.getResponseBody());
          }
          exchange.close();
        };
    try (LocalServer server = LocalServer.start(store)) {
      assertThat(upload(server.client(), server.request(), file).statusCode()).isEqualTo(200);
      assertThat(download(server.client(), server.request().build()))
          .isEqualTo(content.subList(0, 10));
    }
  }

  // tag::tail[]
  static Flux<String> tail(Path file) {
    return flux((Emitter<String> lines) -> {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
          int next = in.read();
          if (next == -1) {
            delay(Duration.ofMillis(10)); // until there is more, or nobody wants more
          } else if (next == '\n') {
            lines.emit(line.toString(UTF_8));
            line.reset();
          } else {
            line.write(next);
          }
        }
      }
    });
  }

  static String firstError(Path log) {
    try (Cursor<String> lines = iterate(tail(log))) {
      for (String line : lines) {
        if (line.startsWith("ERROR")) {
          return line; // close ends the body of tail, which closes the file
        }
      }
    }
    throw new AssertionError("a tail has no end");
  }

  // end::tail[]

  @Test
  @DisplayName("the tail of a growing file, up to the first match")
  void tailing(@TempDir Path folder) throws IOException {
    Path log = Files.createFile(folder.resolve("log"));
    Fork<String> reader = Fork.virtual(() -> firstError(log));
    try (OutputStream out = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
      for (String piece :
          List.of("INFO 1\nWA", "RN 2\nINFO é", "\n", "ERROR di", "sk\nERROR 2\n")) {
        reader.awaitParked();
        out.write(piece.getBytes(UTF_8));
      }
    }
    assertThat(reader.join()).isEqualTo("ERROR disk");
  }

  // tag::export[]
  static long export(Connection connection, String sql, Path file) throws IOException {
    Flux<String> rows =
        Flux.from(connection.createStatement(sql).execute())
            .concatMap(result -> result.map((row, metadata) -> csv(row)));
    long count = 0;
    try (Cursor<String> lines = iterate(rows);
        BufferedWriter out = Files.newBufferedWriter(file)) {
      for (String line : lines) {
        out.write(line); // blocks; no more rows than the prefetch are read meanwhile
        out.newLine();
        count++;
      }
    }
    return count;
  }

  // end::export[]

  private static String csv(Row row) {
    HEAP.look(row.get(0, Long.class));
    return row.get(0, Long.class) + ";" + row.get(1, String.class);
  }

  /** Looks at the used heap at some of the rows. */
  private static final class Heap {

    private static final long EVERY = 40_000;

    private volatile long before = Long.MAX_VALUE;
    private volatile long most;
    private final AtomicInteger looks = new AtomicInteger();

    void begin() {
      before = used();
      most = 0;
      looks.set(0);
    }

    void look(@Nullable Long number) {
      if (number != null && number % EVERY == 0) {
        most = Math.max(most, used() - before);
        looks.incrementAndGet();
      }
    }

    private static long used() {
      System.gc();
      return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
  }

  private static final Heap HEAP = new Heap();

  @Test
  @DisplayName("a large result set into a file, in constant memory")
  void exporting(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("rows.csv");
    int rows = 200_000;
    try (Database database = Database.open("export", 0, 0)) {
      Connection connection = awaitSingle(database.connect());
      try {
        await(update(connection, "SET LAZY_QUERY_EXECUTION 1")); // or H2 collects the result itself
        HEAP.begin();
        String sql = "SELECT X, REPEAT('x', 500) FROM SYSTEM_RANGE(1, " + rows + ")";
        assertThat(export(connection, sql, file)).isEqualTo(rows);
      } finally {
        await(connection.close());
      }
    }
    assertThat(HEAP.looks).hasValue(5);
    assertThat(HEAP.most).isLessThan(12L << 20); // all rows are 100 MiB
    try (Stream<String> lines = Files.lines(file)) {
      assertThat(
              lines.mapToLong(line -> Long.parseLong(line.substring(0, line.indexOf(';')))).sum())
          .isEqualTo((long) rows * (rows + 1) / 2);
    }
  }

  // tag::events[]
  record Event(String type, String data) {}

  static Flux<Event> events(HttpClient client, HttpRequest request) {
    return flux((Emitter<Event> events) -> {
      var response = await(client.sendAsync(request, BodyHandlers.ofPublisher()));
      try (InputStream in = asInputStream(response.body());
          BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8))) {
        String type = "message";
        StringBuilder data = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("event: ")) {
            type = line.substring(7);
          } else if (line.startsWith("data: ")) {
            data.append(data.isEmpty() ? "" : "\n").append(line, 6, line.length());
          } else if (line.isEmpty() && !data.isEmpty()) {
            events.emit(new Event(type, data.toString()));
            type = "message";
            data.setLength(0);
          }
        }
      }
    });
  }

  static int lastPriceBefore(String end, HttpClient client, HttpRequest request) {
    int price = 0;
    try (Cursor<Event> cursor = iterate(events(client, request))) {
      for (Event event : cursor) {
        if (event.type().equals(end)) {
          break; // close hangs up
        }
        price = Integer.parseInt(event.data());
      }
    }
    return price;
  }

  // end::events[]

  @Test
  @DisplayName("server-sent events in a for loop; leaving it hangs up")
  void events() throws IOException {
    CountDownLatch hungUp = new CountDownLatch(1);
    HttpHandler endless =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 1; ; i++) {
              String event =
                  i == 400 ? "event: close\ndata: two\ndata: lines\n\n" : "data: " + i + "\n\n";
              out.write((": comment\n" + event).getBytes(UTF_8));
              out.flush();
            }
          } finally {
            hungUp.countDown();
          }
        };
    try (LocalServer server = LocalServer.start(endless)) {
      assertThat(lastPriceBefore("close", server.client(), server.request().build()))
          .isEqualTo(399);
      Eventually.until("the server has seen it", () -> hungUp.getCount() == 0);
    }
  }

  @Test
  @DisplayName("a broken-off stream of events fails the loop, after the events that came")
  void brokenEvents() throws IOException {
    HttpHandler broken =
        exchange -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write("data: 1\n\n".getBytes(UTF_8));
          exchange.getResponseBody().flush();
          exchange.close();
        };
    try (LocalServer server = LocalServer.start(broken);
        Cursor<Event> cursor = iterate(events(server.client(), server.request().build()))) {
      assertThat(cursor.next()).isEqualTo(new Event("message", "1"));
      assertThatThrownBy(cursor::next).hasCauseInstanceOf(IOException.class);
    }
  }
}
