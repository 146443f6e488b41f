package io.bridge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("I4 asInputStream")
@Timeout(60)
class AsInputStreamTest {

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }

  private static InputStream of(String... texts) {
    return Publishers.asInputStream(new Mapped<>(Items.of(texts), AsInputStreamTest::buffer));
  }

  private static InputStream failing(Throwable failure, String... texts) {
    return Publishers.asInputStream(
        new Mapped<>(Items.failing(failure, texts), AsInputStreamTest::buffer));
  }

  @Test
  @DisplayName("I4 bytes 0 to 255 one by one, then -1 as often as it is asked")
  void bytes() throws IOException {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    try (InputStream in = of(new String(all, ISO_8859_1))) {
      for (int i = 0; i < all.length; i++) {
        assertThat(in.read()).isEqualTo(i);
      }
      for (int i = 0; i < 3; i++) {
        assertThat(in.read()).isEqualTo(-1);
        assertThat(in.read(all)).isEqualTo(-1);
        assertThat(in.available()).isZero();
      }
    }
  }

  @Test
  @DisplayName(
      "I4 empty buffers are skipped; a read takes what one buffer has; available is its rest")
  void buffers() throws IOException {
    byte[] bytes = new byte[10];
    try (InputStream in = of("", "abc", "", "", "d", "")) {
      assertThat(in.available()).isZero();
      assertThat(in.read(bytes, 1, 2)).isEqualTo(2);
      assertThat(in.available()).isEqualTo(1);
      assertThat(in.read(bytes, 3, 7)).isEqualTo(1);
      assertThat(in.read(bytes, 4, 6)).isEqualTo(1);
      assertThat(in.read(bytes, 5, 5)).isEqualTo(-1);
      assertThat(new String(bytes, 1, 4, ISO_8859_1)).isEqualTo("abcd");
    }
    try (InputStream in = of("", "")) {
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  @DisplayName("I4 what InputStream makes of read: readAllBytes, readNBytes, skip, transferTo")
  void inherited() throws IOException {
    String[] texts = {"abc", "", "defg", "h"};
    assertThat(of(texts).readAllBytes()).asString(ISO_8859_1).isEqualTo("abcdefgh");
    try (InputStream in = of(texts)) {
      assertThat(in.skip(2)).isEqualTo(2);
      assertThat(in.readNBytes(3)).asString(ISO_8859_1).isEqualTo("cde");
      in.skipNBytes(1);
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      assertThat(in.transferTo(rest)).isEqualTo(2);
      assertThat(rest.toString(ISO_8859_1)).isEqualTo("gh");
      assertThat(in.skip(1)).isZero();
      assertThat(in.markSupported()).isFalse();
    }
  }

  @Test
  @DisplayName("I4 section 8: bounds and null of read; nothing is requested then, nor for no bytes")
  void bounds() throws IOException {
    Probe<ByteBuffer> probe = new Probe<>();
    byte[] bytes = new byte[3];
    try (InputStream in = Publishers.asInputStream(probe)) {
      assertThatThrownBy(() -> in.read(Nulls.<byte[]>smuggled(), 0, 0))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("bytes");
      for (int[] bad : new int[][] {{-1, 1}, {0, 4}, {2, 2}, {0, -1}, {4, 0}}) {
        assertThatThrownBy(() -> in.read(bytes, bad[0], bad[1]))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      assertThat(in.read(bytes, 3, 0)).isZero(); // does not wait
    }
    assertThat(probe.requests()).containsExactly(8L);
  }

  @Test
  @DisplayName("I4 I3 eight buffers ahead, renewed when six are taken")
  void prefetch() throws IOException {
    Probe<ByteBuffer> probe = new Probe<>();
    try (InputStream in = Publishers.asInputStream(probe)) {
      assertThat(probe.requests()).containsExactly(8L);
      for (int i = 0; i < 8; i++) {
        probe.next(buffer("ab"));
      }
      assertThat(in.readNBytes(10)).hasSize(10);
      assertThat(probe.requests()).containsExactly(8L);
      assertThat(in.read()).isEqualTo('a');
      assertThat(probe.requests()).containsExactly(8L, 6L);
    }
  }

  @Test
  @DisplayName("I4 any kind of buffer, from position to limit; it is left as it was, for others")
  void shared() throws IOException {
    ByteBuffer heap = buffer("xabx").position(1).limit(3);
    ByteBuffer readOnly = buffer("xcdx").asReadOnlyBuffer().position(1).limit(3);
    ByteBuffer direct = ByteBuffer.allocateDirect(4).put(buffer("xefx")).position(1).limit(3);
    ByteBuffer slice = buffer("xxghx").slice(2, 2);
    List<ByteBuffer> buffers = List.of(heap, readOnly, direct, slice);
    for (int i = 0; i < 2; i++) {
      try (InputStream in = Publishers.asInputStream(Publishers.fromIterable(buffers))) {
        assertThat(in.readAllBytes()).asString(ISO_8859_1).isEqualTo("abcdefgh");
      }
    }
    assertThat(buffers).extracting(ByteBuffer::position).containsExactly(1, 1, 1, 0);
    assertThat(buffers).extracting(ByteBuffer::remaining).containsOnly(2);
  }

  @Test
  @DisplayName(
      "I4 lists of buffers, as of the JDK's HTTP client; empty lists and buffers are skipped")
  void lists() throws IOException {
    Flow.Publisher<List<ByteBuffer>> lists =
        Publishers.flowPublisher(emitter -> {
          emitter.emit(List.of());
          emitter.emit(List.of(buffer("ab"), buffer(""), buffer("c")));
          emitter.emit(List.of(buffer("")));
          emitter.emit(List.of(buffer("d")));
        });
    try (InputStream in = Publishers.asInputStream(lists)) {
      assertThat(in.readAllBytes()).asString(ISO_8859_1).isEqualTo("abcd");
    }
  }

  @Test
  @DisplayName("I4 a Flow.Publisher of buffers goes through toPublisher")
  void flow() throws IOException {
    Flow.Publisher<ByteBuffer> flow = Publishers.flowPublisher(e -> e.emit(buffer("ab")));
    try (InputStream in = Publishers.asInputStream(Publishers.<ByteBuffer>toPublisher(flow))) {
      assertThat(in.readAllBytes()).asString(ISO_8859_1).isEqualTo("ab");
    }
  }

  // end and failures

  private static void assertThrown(
      Throwable failure, Class<? extends Throwable> type, boolean asItself) throws IOException {
    try (InputStream in = failing(failure, "ab")) {
      assertThat(in.readNBytes(2)).asString(ISO_8859_1).isEqualTo("ab");
      for (int i = 0; i < 2; i++) {
        Throwable thrown = catchThrowable(in::read);
        assertThat(thrown).isInstanceOf(type);
        assertThat(asItself ? thrown : thrown.getCause()).isSameAs(failure);
      }
    }
  }

  @Test
  @DisplayName("I4 I2 A7 the bytes before a failure, then the failure, at each read")
  void failures() throws IOException {
    assertThrown(new IOException("source"), IOException.class, true);
    assertThrown(new IllegalStateException("source"), IllegalStateException.class, true);
    assertThrown(
        new CompletionException(new IllegalStateException()), CompletionException.class, true);
    assertThrown(new StackOverflowError("source"), StackOverflowError.class, true);
    assertThrown(new TimeoutException("source"), IOException.class, false);
    assertThrown( // not ours
        new CancellationException("source"), CompletionException.class, false);
  }

  @Test
  @DisplayName("I4 A8 a failure says where the read was")
  void awaitSite() throws IOException {
    for (Throwable failure : List.of(new IOException(), new IllegalStateException())) {
      try (InputStream in = failing(failure)) {
        assertThat(catchThrowable(in::read)).isSameAs(failure);
      }
      assertThat(failure.getSuppressed()).hasSize(1);
      assertThat(failure.getSuppressed()[0].getStackTrace())
          .isNotEmpty()
          .noneMatch(frame -> frame.getClassName().startsWith("io.bridge.internal"))
          .anyMatch(frame -> frame.getMethodName().equals("awaitSite"));
    }
  }

  // close and cancellation

  @Test
  @DisplayName("I4 close cancels once; afterwards each use is an IOException, another close is not")
  void close() throws IOException {
    Probe<ByteBuffer> probe = new Probe<>();
    InputStream in = Publishers.asInputStream(probe);
    probe.next(buffer("abc")).next(buffer("d"));
    assertThat(in.read()).isEqualTo('a');
    in.close();
    in.close();
    assertThat(probe.cancels()).isEqualTo(1);
    assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> in.read(new byte[1])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> in.read(new byte[0])).isInstanceOf(IOException.class);
    assertThatThrownBy(in::available).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> in.skip(1)).isInstanceOf(IOException.class);
  }

  @Test
  @DisplayName("I4 close after the end cancels nothing, and a read is an IOException then, too")
  void closeAfterTheEnd() throws IOException {
    Items source = Items.of("a");
    InputStream in = Publishers.asInputStream(new Mapped<>(source, AsInputStreamTest::buffer));
    assertThat(in.readAllBytes()).hasSize(1);
    in.close();
    assertThat(source.cancels).isZero();
    assertThatThrownBy(in::read).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("I4 a close by another thread ends a read that waits, as an IOException")
  void closeWhileReading(Where where) throws IOException {
    Probe<ByteBuffer> probe = new Probe<>();
    AtomicReference<@Nullable InputStream> opened = new AtomicReference<>();
    Fork<Integer> reader =
        where.fork(() -> {
          InputStream in = Publishers.asInputStream(probe);
          opened.set(in);
          return in.read();
        });
    Eventually.until("opened", () -> opened.get() != null);
    reader.awaitParked();
    requireNonNull(opened.get()).close();
    assertThat(reader.joinFailure()).isInstanceOf(IOException.class).hasMessageContaining("closed");
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("A2 a thread that may not wait is refused before anything is subscribed")
  void refused() {
    Probe<ByteBuffer> probe = new Probe<>();
    Registration loops = Await.rejectOn(t -> t.getName().equals("loop"));
    Fork<InputStream> loop =
        Fork.platform(() -> {
          Thread.currentThread().setName("loop");
          return Publishers.asInputStream(probe);
        });
    assertThat(loop.joinFailure()).isInstanceOf(IllegalStateException.class);
    loops.close();
    assertThat(probe.subscriptions()).isZero();
  }

  @Test
  @DisplayName("A3 in cancelled code a body is subscribed to and cancelled, nothing is requested")
  void cancelledFirst() {
    Probe<ByteBuffer> probe = new Probe<>();
    Probe<List<ByteBuffer>> lists = new Probe<>();
    Fork<InputStream> fork =
        Fork.virtual(() -> {
          Thread.currentThread().interrupt();
          var thrown =
              catchThrowable(() ->
                  Publishers.asInputStream(Publishers.<List<ByteBuffer>>toFlowPublisher(lists)));
          assertThat(thrown).isExactlyInstanceOf(CancellationException.class);
          assertThat(Thread.currentThread().isInterrupted()).isTrue();
          return Publishers.asInputStream(probe);
        });
    assertThat(fork.joinFailure()).isExactlyInstanceOf(CancellationException.class);
    for (Probe<?> body : List.of(probe, lists)) {
      assertThat(body.subscriptions()).isEqualTo(1);
      assertThat(body.cancels()).isEqualTo(1);
      assertThat(body.requests()).isEmpty();
    }
  }

  @Test
  @DisplayName("A3 a body that subscribes late is cancelled then; its failure is no news")
  void cancelledFirstSubscribedLate() {
    AtomicReference<@Nullable Subscriber<? super ByteBuffer>> late = new AtomicReference<>();
    try (Undelivered lost = new Undelivered()) {
      Fork<InputStream> fork =
          Fork.virtual(() -> {
            Thread.currentThread().interrupt();
            return Publishers.asInputStream(late::set);
          });
      assertThat(fork.joinFailure()).isExactlyInstanceOf(CancellationException.class);
      Subscriber<? super ByteBuffer> subscriber = requireNonNull(late.get());
      AtomicInteger cancels = new AtomicInteger();
      subscriber.onSubscribe(
          new Subscription() {
            @Override
            public void request(long n) {
              throw new AssertionError("requested");
            }

            @Override
            public void cancel() {
              cancels.incrementAndGet();
              subscriber.onError(new IOException("closed"));
            }
          });
      assertThat(cancels).hasValue(1);
      assertThat(lost.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName(
      "A5 A9 an interrupt ends a read that waits: CancellationException, flag up, cancelled once")
  void interrupted(Where where) {
    Probe<ByteBuffer> probe = new Probe<>();
    Fork<String> reader =
        where.fork(() -> {
          try (InputStream in = Publishers.asInputStream(probe)) {
            Throwable thrown = catchThrowable(in::read);
            return thrown.getClass().getSimpleName() + " " + Thread.currentThread().isInterrupted();
          }
        });
    probe.awaitRequest();
    reader.awaitParked().interrupt();
    assertThat(reader.join()).isEqualTo("CancellationException true");
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I4 A9 a cancelled coroutine: the read that waits, and each later one that would")
  void cancelledCoroutine() {
    Probe<ByteBuffer> probe = new Probe<>();
    AtomicReference<@Nullable Throwable> second = new AtomicReference<>();
    Coroutine<Integer> coroutine =
        Coroutine.start(() -> {
          InputStream in = Publishers.asInputStream(probe);
          try {
            return in.read();
          } finally {
            second.set(catchThrowable(in::read));
          }
        });
    probe.awaitRequest();
    coroutine.cancel();
    Eventually.until("ended", coroutine::isDone);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertThat(second.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I4 I1 a stream that is not closed is cancelled with the coroutine that opened it")
  void notClosed() {
    Probe<ByteBuffer> probe = new Probe<>();
    Coroutine<InputStream> coroutine = Coroutine.start(() -> Publishers.asInputStream(probe));
    InputStream in = coroutine.await();
    assertThat(in).isNotNull();
    probe.awaitCancel();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I4 there and back: what is written is read, in a coroutine of each side")
  void thereAndBack() throws IOException {
    byte[] bytes = new byte[300_000];
    new java.util.Random(7).nextBytes(bytes);
    try (InputStream in =
        Publishers.asInputStream(Publishers.fromOutputStream(out -> out.write(bytes)))) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
  }
}
