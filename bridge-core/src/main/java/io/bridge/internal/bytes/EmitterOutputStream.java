package io.bridge.internal.bytes;

import static java.util.Objects.requireNonNull;

import io.bridge.Emitter;
import io.bridge.VoidItemBody;
import io.bridge.internal.cancel.Cancellation;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The written bytes of a body as emitted buffers. A full chunk is emitted without a copy and never
 * touched again; a flush emits a copy of the bytes in a partial chunk.
 */
public final class EmitterOutputStream extends OutputStream {

  private static final int CHUNK = 16 * 1024;

  private final Emitter<ByteBuffer> emitter;

  // the writing thread
  private byte @Nullable [] chunk;
  private int count;

  // any thread
  private volatile boolean ended;

  private EmitterOutputStream(Emitter<ByteBuffer> emitter) {
    this.emitter = emitter;
  }

  /**
   * The body of a stream that emits the bytes written by {@code writer}.
   *
   * @param writer the code that writes
   * @return emits the rest when the writer returns, and nothing more when it fails
   */
  public static Emitter.Body<ByteBuffer> body(
      VoidItemBody<? super OutputStream, ? extends Exception> writer) {
    return emitter -> {
      EmitterOutputStream out = new EmitterOutputStream(emitter);
      try {
        writer.run(out);
        out.flush();
      } finally {
        out.ended = true;
      }
    };
  }

  @Override
  public void write(int b) throws IOException {
    ensureUsable();
    byte[] bytes = chunk();
    bytes[count++] = (byte) b;
    emitIfFull(bytes);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, requireNonNull(bytes, "bytes").length);
    ensureUsable();
    int from = offset;
    int left = length;
    while (left > 0) {
      byte[] target = chunk();
      int some = Math.min(left, CHUNK - count);
      System.arraycopy(bytes, from, target, count, some);
      count += some;
      from += some;
      left -= some;
      emitIfFull(target);
    }
  }

  @Override
  public void flush() throws IOException {
    ensureUsable();
    byte[] bytes = chunk;
    if (bytes != null && count > 0) {
      byte[] some = Arrays.copyOf(bytes, count);
      count = 0;
      emit(some);
    }
  }

  /** A flush: only the end of the body is the end of the bytes. */
  @Override
  public void close() throws IOException {
    if (!ended) {
      flush();
    }
  }

  private byte[] chunk() {
    byte[] bytes = chunk;
    if (bytes == null) {
      bytes = new byte[CHUNK];
      chunk = bytes;
    }
    return bytes;
  }

  private void emitIfFull(byte[] bytes) throws IOException {
    if (count == CHUNK) {
      chunk = null; // belongs to the receiver now
      count = 0;
      emit(bytes);
    }
  }

  private void emit(byte[] bytes) throws IOException {
    try {
      emitter.emit(ByteBuffer.wrap(bytes));
    } catch (IllegalStateException e) {
      if (ended) { // in the meantime
        throw new IOException("the body of the stream has ended", e);
      }
      throw e; // thrown by the subscriber
    }
  }

  private void ensureUsable() throws IOException {
    if (ended) {
      throw new IOException("the body of the stream has ended");
    }
    Cancellation.checkCancelled(); // also when the chunk is not full
  }
}
