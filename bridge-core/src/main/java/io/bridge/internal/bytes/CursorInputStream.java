package io.bridge.internal.bytes;

import static java.util.Objects.requireNonNull;

import io.bridge.Cursor;
import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.ShieldFrame;
import io.bridge.internal.failure.EntryPoint;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.library.ReactiveLibraries;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The bytes of a publisher as a stream. Each buffer is read through a duplicate, so that other
 * subscribers of the same buffers are not disturbed.
 *
 * @param <T> the type of the items, which are or contain buffers
 */
@EntryPoint(of = InputStream.class)
public final class CursorInputStream<T> extends InputStream {

  /**
   * Items requested ahead: buffers are big, and it suffices that one is read while another is
   * written.
   */
  private static final int PREFETCH = 8;

  private final Cursor<T> items;
  private final Function<? super T, ? extends Iterable<? extends ByteBuffer>> buffersOf;

  // the reading thread
  private Iterator<? extends ByteBuffer> buffers = Collections.emptyIterator();
  private ByteBuffer current = ByteBuffer.allocate(0);

  // any thread
  private volatile boolean closed;

  private CursorInputStream(
      Cursor<T> items, Function<? super T, ? extends Iterable<? extends ByteBuffer>> buffersOf) {
    this.items = items;
    this.buffersOf = buffersOf;
  }

  /** See {@link io.bridge.Publishers#asInputStream(Publisher)}. */
  public static InputStream ofBuffers(Publisher<? extends ByteBuffer> publisher) {
    return new CursorInputStream<>(
        CursorInputStream.<ByteBuffer>open(publisher), Collections::singleton);
  }

  /** See {@link io.bridge.Publishers#asInputStream(java.util.concurrent.Flow.Publisher)}. */
  public static InputStream ofLists(Publisher<? extends List<? extends ByteBuffer>> publisher) {
    return new CursorInputStream<List<? extends ByteBuffer>>(
        CursorInputStream.<List<? extends ByteBuffer>>open(publisher), Function.identity());
  }

  /**
   * The body of an HTTP response holds its connection until it has had a subscriber, so cancelled
   * code subscribes and cancels before it throws (A3).
   */
  private static <T> Cursor<T> open(Publisher<? extends T> publisher) {
    Cancellation.checkThread(); // a refused thread subscribes to nothing (A2)
    try {
      return ReactiveLibraries.iterate(publisher, PREFETCH);
    } catch (Throwable cancelled) { // or the failure of a scope, in its block
      ShieldFrame.<@Nullable Object, RuntimeException>run(
          VoidBodies.<@Nullable Object, RuntimeException>returningNull(
              () -> ReactiveLibraries.<T>iterate(publisher, 1).close()));
      throw cancelled;
    }
  }

  @Override
  public int read() throws IOException {
    return hasBytes() ? current.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, requireNonNull(bytes, "bytes").length);
    if (length == 0) {
      ensureOpen();
      return 0;
    }
    if (!hasBytes()) {
      return -1;
    }
    int read = Math.min(length, current.remaining());
    current.get(bytes, offset, read);
    return read;
  }

  @Override
  public int available() throws IOException {
    ensureOpen();
    return current.remaining();
  }

  @Override
  public void close() {
    closed = true; // before a waiting read wakes up
    items.close();
  }

  /** Waits until {@link #current} has a byte; false at the end. */
  private boolean hasBytes() throws IOException {
    ensureOpen();
    while (!current.hasRemaining()) {
      if (buffers.hasNext()) {
        current = buffers.next().duplicate();
      } else if (hasItem()) {
        buffers = buffersOf.apply(items.next()).iterator();
      } else {
        ensureOpen(); // a close in the meantime is no end
        return false;
      }
    }
    return true;
  }

  private boolean hasItem() throws IOException {
    try {
      return Failures.orThrow(IOException.class, items::hasNext);
    } catch (CompletionException e) {
      Throwable failure = e.getCause();
      if (failure instanceof Exception && !(failure instanceof RuntimeException)) {
        throw new IOException(Failures.text(failure), failure);
      }
      throw e; // the source's own, or its cancellation, which is not ours (A7)
    }
  }

  private void ensureOpen() throws IOException {
    if (closed) {
      throw new IOException("the stream is closed");
    }
  }
}
