package io.bridge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Nulls;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;

@DisplayName("I4 fromOutputStream")
@Timeout(60)
class FromOutputStreamTest {

  private static final int CHUNK = 16 * 1024;

  private static byte[] numbered(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8));
    }
    return bytes;
  }

  private static Publisher<String> texts(
      VoidItemBody<? super OutputStream, ? extends Exception> writer) {
    return new Mapped<>(
        Publishers.fromOutputStream(writer), buffer -> ISO_8859_1.decode(buffer).toString());
  }

  private static byte[] joined(List<ByteBuffer> buffers) {
    ByteBuffer all = ByteBuffer.allocate(buffers.stream().mapToInt(ByteBuffer::remaining).sum());
    buffers.forEach(buffer -> all.put(buffer.duplicate()));
    return all.array();
  }

  @Test
  @DisplayName("I4 chunks of 16 KiB, and the rest at the end, however it is written")
  void chunks() {
    byte[] bytes = numbered(2 * CHUNK + 7232);
    for (int step : List.of(1, 7, 1000, CHUNK - 1, CHUNK, CHUNK + 1, bytes.length)) {
      List<ByteBuffer> buffers =
          Await.awaitList(
              Publishers.fromOutputStream(out -> {
                for (int from = 0; from < bytes.length; from += step) {
                  if (step == 1) {
                    out.write(bytes[from]);
                  } else {
                    out.write(bytes, from, Math.min(step, bytes.length - from));
                  }
                }
              }));
      assertThat(buffers).extracting(ByteBuffer::remaining).containsExactly(CHUNK, CHUNK, 7232);
      assertThat(joined(buffers)).isEqualTo(bytes);
    }
  }

  @Test
  @DisplayName("I4 no bytes, no item; a chunk that is just full has no rest")
  void edges() {
    assertThat(Await.awaitList(Publishers.fromOutputStream(out -> {}))).isEmpty();
    assertThat(Await.awaitList(Publishers.fromOutputStream(OutputStream::flush))).isEmpty();
    assertThat(Await.awaitList(Publishers.fromOutputStream(out -> out.write(new byte[0]))))
        .isEmpty();
    assertThat(Await.awaitList(Publishers.fromOutputStream(out -> out.write(new byte[CHUNK]))))
        .hasSize(1);
  }

  @Test
  @DisplayName("I4 flush emits what there is; an emitted buffer is never written to again")
  void flush() {
    List<ByteBuffer> buffers =
        Await.awaitList(
            Publishers.fromOutputStream(out -> {
              byte[] mine = "one".getBytes(ISO_8859_1);
              out.write(mine);
              out.flush();
              out.flush();
              Arrays.fill(mine, (byte) 'x');
              out.write(mine);
              out.flush();
              out.write(new byte[CHUNK]);
              out.write(new byte[CHUNK]);
            }));
    assertThat(buffers).extracting(ByteBuffer::remaining).containsExactly(3, 3, CHUNK, CHUNK);
    assertThat(buffers.stream().map(ByteBuffer::array).distinct()).hasSize(4); // by identity
    assertThat(ISO_8859_1.decode(buffers.get(0)).toString()).isEqualTo("one");
    assertThat(ISO_8859_1.decode(buffers.get(1)).toString()).isEqualTo("xxx");
  }

  @Test
  @DisplayName("I4 B2 B12 each subscriber its own run; a write waits for demand")
  void demand() {
    AtomicInteger flushes = new AtomicInteger();
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    Publisher<String> publisher =
        texts(out -> {
          thread.set(Thread.currentThread());
          for (String text : List.of("a", "b", "c")) {
            out.write(text.getBytes(ISO_8859_1));
            out.flush();
            flushes.incrementAndGet();
          }
        });
    assertThat(thread).hasNullValue();
    Drain drain = new Drain(0);
    publisher.subscribe(drain);
    for (int demanded = 0; demanded < 3; demanded++) {
      int expected = demanded;
      Eventually.until(
          "waits for demand", () -> flushes.get() == expected && isParked(thread.get()));
      assertThat(drain.items()).hasSize(demanded);
      drain.request(1).awaitItems(demanded + 1);
    }
    assertThat(drain.awaitEnd().items()).containsExactly("a", "b", "c");
    assertThat(Await.awaitList(publisher)).containsExactly("a", "b", "c");
  }

  private static boolean isParked(@Nullable Thread thread) {
    return thread != null && thread.getState() == Thread.State.WAITING;
  }

  @Test
  @DisplayName("I4 close is a flush: the body may go on, through another wrapper")
  void close() {
    assertThat(
            Await.awaitList(
                texts(out -> {
                  for (String text : List.of("one", "two")) {
                    try (Writer writer = new OutputStreamWriter(out, ISO_8859_1)) {
                      writer.write(text);
                    }
                  }
                  out.write('3');
                  out.close();
                  out.write('4');
                })))
        .containsExactly("one", "two", "3", "4");
  }

  @Test
  @DisplayName("I4 a failure of the body is the stream's, as the same object; the rest is dropped")
  void failure() {
    IOException failure = new IOException("body");
    Drain drain = new Drain(1);
    texts(
            out -> {
              out.write('a');
              out.flush();
              out.write('b');
              throw failure;
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(failure);
    assertThat(drain.items()).containsExactly("a");
  }

  @Test
  @DisplayName("I4 B6 a cancel ends the body: a waiting write, and one that would not emit")
  void cancel() {
    AtomicReference<@Nullable Throwable> waiting = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> later = new AtomicReference<>();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Drain drain = new Drain(0);
    try (Undelivered lost = new Undelivered()) {
      texts(
              out -> {
                inside.countDown();
                try {
                  waiting.set(catchThrowable(() -> out.write(new byte[CHUNK])));
                  later.set(catchThrowable(() -> out.write(1)));
                  out.write(new byte[1]);
                } finally {
                  ended.countDown();
                }
              })
          .subscribe(drain);
      Eventually.until("inside", () -> inside.getCount() == 0);
      drain.cancel();
      Eventually.until("the body ends", () -> ended.getCount() == 0);
      assertThat(waiting.get()).isExactlyInstanceOf(CancellationException.class);
      assertThat(later.get()).isExactlyInstanceOf(CancellationException.class);
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("I4 section 8: a use after the body's end is an IOException, close is harmless")
  void afterTheEnd() {
    AtomicReference<@Nullable OutputStream> kept = new AtomicReference<>();
    for (boolean fails : new boolean[] {false, true}) {
      Drain drain = new Drain(1);
      texts(
              out -> {
                kept.set(out);
                if (fails) {
                  throw new IllegalStateException("body");
                }
              })
          .subscribe(drain);
      drain.awaitEnd();
      OutputStream out = requireNonNull(kept.get());
      assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> out.write(new byte[1])).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> out.write(new byte[CHUNK])).isInstanceOf(IOException.class);
      assertThatThrownBy(out::flush).isInstanceOf(IOException.class);
      assertThatCode(out::close).doesNotThrowAnyException();
      assertThat(drain.items()).isEmpty();
    }
  }

  @Test
  @DisplayName("I4 section 8: bounds and null of write; nothing is written then")
  void bounds() {
    assertThat(
            Await.awaitList(
                texts(out -> {
                  byte[] bytes = new byte[3];
                  assertThatThrownBy(() -> out.write(Nulls.<byte[]>smuggled(), 0, 0))
                      .isInstanceOf(NullPointerException.class)
                      .hasMessage("bytes");
                  for (int[] bad : new int[][] {{-1, 1}, {0, 4}, {2, 2}, {0, -1}, {4, 0}}) {
                    assertThatThrownBy(() -> out.write(bytes, bad[0], bad[1]))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                  }
                  out.write("xyz".getBytes(ISO_8859_1), 1, 1);
                  out.write(0x100 + 'z');
                })))
        .containsExactly("yz");
  }
}
