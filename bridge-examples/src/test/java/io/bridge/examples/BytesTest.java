package io.bridge.examples;

import static io.bridge.Publishers.asInputStream;
import static io.bridge.Publishers.fromOutputStream;
import static io.bridge.Publishers.toFlowPublisher;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bridge.Publishers;
import io.bridge.fixtures.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

@DisplayName("I4 bytes both ways through real parts")
@Timeout(120)
class BytesTest {

  private static final int MIB = 1 << 20;

  /** Mebibytes that go through in constant memory. */
  // the scheduler of JDK 21 now and then leaves a runnable virtual thread alone for ever
  private static final int MANY =
      Integer.getInteger("io.bridge.bytes.mib", Runtime.version().feature() < 24 ? 64 : 1024);

  /** Bytes that differ from block to block, and their checksum. */
  private static final class Generated {

    private static final int BLOCK = 1 << 16;

    private final byte[] block = new byte[BLOCK];
    private final CRC32 checksum = new CRC32();
    private final AtomicLong blocks = new AtomicLong();

    Generated() {
      new Random(1).nextBytes(block);
    }

    void writeTo(OutputStream out, int mebibytes) throws IOException {
      for (long i = 0; i < (long) mebibytes * MIB / BLOCK; i++) {
        ByteBuffer.wrap(block).putLong(i);
        checksum.update(block);
        blocks.set(i + 1);
        out.write(block);
      }
    }

    /** How much has been written, or is about to be. */
    long written() {
      return blocks.get() * BLOCK;
    }

    /** The checksum of {@link #written}; for the one who has read all. */
    long checksum() {
      assertThat(written()).isPositive();
      return checksum.getValue();
    }
  }

  /** Reads to the end; {@code eachQuarter} is told how much it has read. */
  private static long checksum(InputStream in, LongConsumer eachQuarter) throws IOException {
    CRC32 checksum = new CRC32();
    byte[] buffer = new byte[1 << 16];
    long quarter = (long) MANY * MIB / 4;
    long total = 0;
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      checksum.update(buffer, 0, read);
      if ((total + read) / quarter > total / quarter) {
        eachQuarter.accept(total + read);
      }
      total += read;
    }
    return checksum.getValue();
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(US_ASCII);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static InputStream download(LocalServer server) {
    HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
        await(server.client().sendAsync(server.request().build(), BodyHandlers.ofPublisher()));
    return asInputStream(response.body());
  }

  @Test
  @DisplayName("a file out and in again")
  void file(@TempDir Path folder) throws IOException {
    byte[] bytes = new byte[3 * MIB + 17];
    new Random(3).nextBytes(bytes);
    Path from = Files.write(folder.resolve("from"), bytes);
    Path to = folder.resolve("to");
    try (InputStream in = asInputStream(fromOutputStream(out -> Files.copy(from, out)))) {
      assertThat(Files.copy(in, to)).isEqualTo(bytes.length);
    }
    assertThat(Files.mismatch(from, to)).isEqualTo(-1);
  }

  @Test
  @DisplayName("a download of the JDK's HTTP client")
  void download() throws IOException {
    Generated generated = new Generated();
    try (LocalServer server = LocalServer.start(sending(generated, 8));
        InputStream in = download(server)) {
      assertThat(checksum(in, read -> {})).isEqualTo(generated.checksum());
    }
  }

  private static HttpHandler sending(Generated generated, int mebibytes) {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0); // chunked
      try (OutputStream out = exchange.getResponseBody()) {
        generated.writeTo(out, mebibytes);
      }
    };
  }

  @Test
  @DisplayName("an upload of the JDK's HTTP client")
  void upload() throws IOException {
    Generated generated = new Generated();
    assertThat(upload(generated, 8, read -> {})).isEqualTo(Long.toString(generated.checksum()));
  }

  /** The checksum that the server answers. */
  private static String upload(Generated generated, int mebibytes, LongConsumer eachQuarter)
      throws IOException {
    HttpHandler checking =
        exchange ->
            answer(exchange, Long.toString(checksum(exchange.getRequestBody(), eachQuarter)));
    try (LocalServer server = LocalServer.start(checking)) {
      HttpRequest request =
          server
              .request()
              .POST(
                  BodyPublishers.fromPublisher(
                      toFlowPublisher(fromOutputStream(out -> generated.writeTo(out, mebibytes)))))
              .build();
      return await(server.client().sendAsync(request, BodyHandlers.ofString())).body();
    }
  }

  @Test
  @DisplayName("a download that is closed early stops the server")
  void closeStopsDownload() throws IOException {
    AtomicReference<@Nullable Throwable> ofServer = new AtomicReference<>();
    HttpHandler endless =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] some = new byte[1000];
          while (ofServer.get() == null) {
            ofServer.set(catchThrowable(() -> exchange.getResponseBody().write(some)));
          }
          exchange.close();
        };
    try (LocalServer server = LocalServer.start(endless)) {
      try (InputStream in = download(server)) {
        assertThat(in.readNBytes(100_000)).hasSize(100_000);
      }
      Eventually.until("the server's write fails", () -> ofServer.get() != null);
      assertThat(ofServer.get()).isInstanceOf(IOException.class);
    }
  }

  @Test
  @DisplayName("a server that hangs up ends the body of an upload")
  void hangUpEndsUpload() throws IOException {
    AtomicReference<@Nullable Throwable> ofBody = new AtomicReference<>();
    HttpHandler hangingUp =
        exchange -> {
          assertThat(exchange.getRequestBody().readNBytes(100_000)).hasSize(100_000);
          exchange.close(); // no answer, and the rest unread
        };
    try (LocalServer server = LocalServer.start(hangingUp)) {
      HttpRequest request =
          server
              .request()
              .POST(
                  BodyPublishers.fromPublisher(
                      toFlowPublisher(
                          fromOutputStream(out -> {
                            try {
                              new Generated().writeTo(out, 1 << 20);
                            } catch (Throwable t) {
                              ofBody.set(t);
                              throw t;
                            }
                          }))))
              .build();
      Throwable ofClient =
          catchThrowable(() ->
              awaitOrThrow(
                  server.client().sendAsync(request, BodyHandlers.discarding()),
                  IOException.class));
      assertThat(ofClient).isInstanceOf(IOException.class);
      Eventually.until("the body has ended", () -> ofBody.get() != null);
      assertThat(ofBody.get()).isExactlyInstanceOf(CancellationException.class);
    }
  }

  @Test
  @DisplayName("a server that breaks off fails the download with an IOException, after what came")
  void breakOffFailsDownload() throws IOException {
    HttpHandler breakingOff =
        exchange -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write(new byte[400]);
          exchange.getResponseBody().flush();
          exchange.close(); // 600 bytes too early
        };
    try (LocalServer server = LocalServer.start(breakingOff);
        InputStream in = download(server)) {
      assertThat(in.readNBytes(400)).hasSize(400);
      assertThat(catchThrowable(in::read)).isInstanceOf(IOException.class);
    }
  }

  // constant memory

  private static final long ALLOWANCE = 12L * MIB;

  /** Only to let a writer that nothing holds back run on; a shorter one would find less. */
  private static final Duration STANDSTILL = Duration.ofMillis(20);

  /** Returns when {@code written} is far ahead of {@code read}, or does not move any more. */
  private static void letRunAhead(LongSupplier written, long read) {
    long seen = -1;
    long since = 0;
    do {
      long now = written.getAsLong();
      if (now != seen) {
        seen = now;
        since = System.nanoTime();
      }
      LockSupport.parkNanos(100_000);
    } while (seen - read < 2 * ALLOWANCE && System.nanoTime() - since < STANDSTILL.toNanos());
  }

  /** The used heap after a collection must stay near what it was at the beginning. */
  private static final class Heap implements LongConsumer {

    private final Generated writer;
    private final long before = used();
    private long most;
    private int looks;

    Heap(Generated writer) {
      this.writer = writer;
    }

    @Override
    public void accept(long read) {
      letRunAhead(writer::written, read);
      most = Math.max(most, least(used()) - before);
      looks++;
    }

    /** What others allocate between a collection and the look is none of what is kept. */
    private long least(long first) {
      long least = first;
      for (int again = 0; again < 4 && least - before > ALLOWANCE; again++) {
        least = Math.min(least, used());
      }
      return least;
    }

    private static long used() {
      System.gc();
      return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    void check() {
      assertThat(looks).isEqualTo(4);
      assertThat(most).isLessThan(ALLOWANCE);
    }
  }

  @Test
  @DisplayName("many bytes there and back in constant memory")
  void constantMemory() throws IOException {
    Generated generated = new Generated();
    Heap heap = new Heap(generated);
    try (InputStream in = asInputStream(fromOutputStream(out -> generated.writeTo(out, MANY)))) {
      assertThat(checksum(in, heap)).isEqualTo(generated.checksum());
    }
    heap.check();
  }

  /**
   * The client itself may read some tens of mebibytes that nobody has requested, so what counts
   * here is what it has delivered and nobody has read.
   */
  @Test
  @DisplayName("many bytes down from an HTTP server: no more is held than was requested ahead")
  void constantMemoryDownload() throws IOException {
    Generated generated = new Generated();
    AtomicLong delivered = new AtomicLong();
    AtomicLong most = new AtomicLong();
    try (LocalServer server = LocalServer.start(sending(generated, MANY))) {
      HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
          await(server.client().sendAsync(server.request().build(), BodyHandlers.ofPublisher()));
      Flux<List<ByteBuffer>> counted =
          Flux.from(Publishers.<List<ByteBuffer>>toPublisher(response.body()))
              .doOnNext(list -> list.forEach(buffer -> delivered.addAndGet(buffer.remaining())));
      try (InputStream in = asInputStream(toFlowPublisher(counted))) {
        LongConsumer look =
            read -> {
              letRunAhead(delivered::get, read);
              most.accumulateAndGet(delivered.get() - read, Math::max);
            };
        assertThat(checksum(in, look)).isEqualTo(generated.checksum());
      }
    }
    assertThat(delivered).hasValue((long) MANY * MIB);
    assertThat(most).hasPositiveValue().hasValueLessThan(MIB);
  }

  @Test
  @DisplayName("many bytes up to an HTTP server in constant memory")
  void constantMemoryUpload() throws IOException {
    Generated generated = new Generated();
    Heap heap = new Heap(generated);
    assertThat(upload(generated, MANY, heap)).isEqualTo(Long.toString(generated.checksum()));
    heap.check();
  }
}
