package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.bytes.CursorInputStream;
import io.bridge.internal.bytes.EmitterOutputStream;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.EntryPoint;
import io.bridge.internal.library.ReactiveLibraries;
import io.bridge.internal.stream.BlockingSources;
import io.bridge.internal.stream.BodyPublisher;
import io.bridge.internal.stream.InPlaceConsumer;
import io.bridge.internal.stream.ValueSubscription;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/**
 * Iterates over publishers, makes Reactive Streams and JDK publishers of imperative code, and
 * converts between them. It needs no reactive library.
 *
 * @since 0.1.0
 */
@EntryPoint
@CallsSource(entry = true)
public final class Publishers {

  private static final int PREFETCH = 256;

  private Publishers() {}

  /**
   * Opens a cursor on {@code publisher}. This call subscribes and requests 256 items ahead.
   *
   * <p><b>Cancellation:</b> {@link Cursor#close} cancels the publisher. In a try-with-resources
   * statement this happens however the loop ends.
   *
   * <p><b>Errors:</b> the cursor throws a failure after the items that arrived before it; see
   * {@link Cursor}.
   *
   * <p><b>Memory:</b> at most 256 items. When the loop has taken three quarters of them, the cursor
   * requests as many again. If an operator of Reactor or RxJava shares its queue, the cursor reads
   * from that queue and copies no items.
   *
   * @param publisher any number of items
   * @param <T> the type of the items
   * @return the cursor, to be closed
   */
  public static <T> Cursor<T> iterate(Publisher<? extends T> publisher) {
    return iterate(publisher, PREFETCH);
  }

  /**
   * Opens a cursor on {@code publisher}; see {@link #iterate(Publisher)}.
   *
   * @param publisher any number of items
   * @param prefetch items requested ahead, at least 1; 1 requests an item only when the loop asks
   *     for it, {@code Integer.MAX_VALUE} requests all and buffers without a bound
   * @param <T> the type of the items
   * @return the cursor, to be closed
   */
  public static <T> Cursor<T> iterate(Publisher<? extends T> publisher, int prefetch) {
    return ReactiveLibraries.<T>iterate(requireNonNull(publisher, "publisher"), prefetch);
  }

  /**
   * Opens a cursor on {@code publisher}; see {@link #iterate(Publisher)}.
   *
   * @param publisher any number of items
   * @param <T> the type of the items
   * @return the cursor, to be closed
   */
  public static <T> Cursor<T> iterate(Flow.Publisher<? extends T> publisher) {
    return iterate(publisher, PREFETCH);
  }

  /**
   * Opens a cursor on {@code publisher}; see {@link #iterate(Publisher, int)}.
   *
   * @param publisher any number of items
   * @param prefetch items requested ahead, at least 1
   * @param <T> the type of the items
   * @return the cursor, to be closed
   */
  public static <T> Cursor<T> iterate(Flow.Publisher<? extends T> publisher, int prefetch) {
    return iterate(Publishers.<T>toPublisher(publisher), prefetch);
  }

  /**
   * Returns the items of {@code publisher} as a sequential stream: {@code try (Stream<T> items =
   * stream(publisher))}. This call subscribes. Closing the stream cancels the publisher.
   *
   * @param publisher any number of items
   * @param <T> the type of the items
   * @return the stream, to be closed
   */
  public static <T> Stream<T> stream(Publisher<? extends T> publisher) {
    Cursor<T> cursor = iterate(publisher);
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(cursor, Spliterator.ORDERED | Spliterator.NONNULL),
            false)
        .onClose(cursor::close);
  }

  /**
   * Returns the items of {@code publisher} as a sequential stream; see {@link #stream(Publisher)}.
   *
   * @param publisher any number of items
   * @param <T> the type of the items
   * @return the stream, to be closed
   */
  public static <T> Stream<T> stream(Flow.Publisher<? extends T> publisher) {
    return stream(Publishers.<T>toPublisher(publisher));
  }

  /**
   * Returns the bytes of {@code publisher} as an input stream. This call subscribes. The stream
   * skips empty buffers; {@code available} returns the number of bytes left in the current buffer.
   * Only one thread at a time may read; any thread may close the stream.
   *
   * <p><b>Cancellation:</b> {@code close} cancels the publisher. A read that waits then throws an
   * {@link IOException}, and so does each later read. A cancellation or interrupt of the reading
   * code cancels the publisher too; the read throws a {@link
   * java.util.concurrent.CancellationException}, unless bytes have already arrived. If the calling
   * code is already cancelled, this method subscribes, cancels and then throws, because the body of
   * an HTTP response holds its connection until something has subscribed to it (A3). A stream that
   * is not closed is cancelled in the same way as a {@link Cursor}.
   *
   * <p><b>Errors:</b> the stream first returns the bytes that arrived before a failure. It then
   * throws an {@link IOException} or an unchecked failure as is, and any other checked failure as
   * the cause of an {@code IOException}.
   *
   * <p><b>Memory:</b> at most eight buffers are requested ahead. The stream reads a duplicate of
   * each buffer, so it changes neither the buffer's position nor its content.
   *
   * @param publisher buffers, read from their position to their limit
   * @return the stream, to be closed
   */
  public static InputStream asInputStream(Publisher<? extends ByteBuffer> publisher) {
    return CursorInputStream.ofBuffers(requireNonNull(publisher, "publisher"));
  }

  /**
   * Returns the bytes of a response of the JDK's HTTP client ({@code BodyHandlers.ofPublisher()})
   * as an input stream. It works like {@link #asInputStream(Publisher)}, except that at most eight
   * lists of buffers are requested ahead. For a {@code Flow.Publisher<ByteBuffer>}, call that
   * method with the result of {@link #toPublisher(Flow.Publisher)}.
   *
   * @param publisher lists of buffers, read from their position to their limit
   * @return the stream, to be closed
   */
  public static InputStream asInputStream(
      Flow.Publisher<? extends List<? extends ByteBuffer>> publisher) {
    return CursorInputStream.ofLists(Publishers.<List<? extends ByteBuffer>>toPublisher(publisher));
  }

  /**
   * Runs {@code action} for each item, on the calling thread, and returns at the end of {@code
   * publisher}. An exception from {@code action} cancels the publisher and is thrown.
   *
   * @param publisher any number of items
   * @param action the code for one item
   * @param <T> the type of the items
   * @param <X> the checked exception that it may throw
   * @throws X when it fails
   */
  public static <T, X extends Exception> void forEach(
      Publisher<? extends T> publisher, VoidItemBody<? super T, X> action) throws X {
    requireNonNull(publisher, "publisher");
    requireNonNull(action, "action");
    if (InPlaceConsumer.<T, X>forEach(publisher, action, Cancellation.enterAwait())) {
      return;
    }
    try (Cursor<T> items = iterate(publisher)) {
      while (items.hasNext()) {
        action.run(items.next());
      }
    }
  }

  /**
   * Runs {@code action} for each item; see {@link #forEach(Publisher, VoidItemBody)}.
   *
   * @param publisher any number of items
   * @param action the code for one item
   * @param <T> the type of the items
   * @param <X> the checked exception that it may throw
   * @throws X when it fails
   */
  public static <T, X extends Exception> void forEach(
      Flow.Publisher<? extends T> publisher, VoidItemBody<? super T, X> action) throws X {
    forEach(Publishers.<T>toPublisher(publisher), action);
  }

  /**
   * Makes a cold publisher of imperative code. The body runs once for each subscriber, on its own
   * virtual thread. Nothing runs before a subscriber subscribes.
   *
   * <pre>{@code
   * Publisher<String> lines = Publishers.publisher(emitter -> {
   *   for (String line = in.readLine(); line != null; line = in.readLine()) {
   *     emitter.emit(line);
   *   }
   * });
   * }</pre>
   *
   * <p><b>Cancellation:</b> cancelling the subscription cancels the body's coroutine and interrupts
   * a blocking call in it; see {@linkplain io.bridge the package}.
   *
   * <p><b>Errors:</b> everything that the body throws, including an {@link Error}, fails the
   * stream. If an awaited source fails and the body does not catch the exception, the stream fails
   * with the source's own failure (A7). A failure after a cancellation goes to {@link
   * Undeliverable}. A request of less than one item fails the stream with an {@link
   * IllegalArgumentException} (RS 3.9).
   *
   * <p><b>Memory:</b> nothing is buffered: {@link Emitter#emit} waits for demand.
   *
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Publisher<T> publisher(Emitter.Body<T> body) {
    return ofBody(requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold publisher of imperative code, and delivers its signals on an executor; everything
   * else is as for {@link #publisher(Emitter.Body)}. {@link Emitter#emit} returns when the
   * subscriber has received the item, so nothing is buffered here either.
   *
   * <p><b>Cancellation:</b> a cancel also drops the signal that the executor has not run yet. So a
   * subscriber that cancels on the executor's own thread receives no more signals. If the dropped
   * signal is a failure, it goes to {@link Undeliverable}.
   *
   * <p><b>Errors:</b> if the executor rejects an item, {@code emit} throws the executor's
   * exception. If it rejects the terminal signal, the stream fails with that exception, on the
   * coroutine's thread.
   *
   * @param signals runs each {@code onNext} and the terminal signal; {@code onSubscribe} is called
   *     on the subscribing thread
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Publisher<T> publisher(Executor signals, Emitter.Body<T> body) {
    requireNonNull(signals, "signals");
    return ofBody(requireNonNull(body, "body"), signals);
  }

  private static <T> Publisher<T> ofBody(Emitter.Body<T> body, @Nullable Executor signals) {
    return new BodyPublisher<>(body, signals);
  }

  /**
   * Makes a cold publisher of an iterable. Its iterators may block. Each subscriber gets a new
   * iterator, which runs on its own virtual thread and reads one item ahead of the demand.
   *
   * <p><b>Cancellation:</b> interrupts an iterator that blocks. If the iterator has returned an
   * item that the subscriber has not received, the item goes to {@link Undeliverable#discard}. The
   * items that the iterator has not returned are not touched.
   *
   * <p><b>Errors:</b> an exception from the iterator fails the stream; a null item fails it with a
   * {@link NullPointerException}. An iterator that is {@link AutoCloseable}, such as a {@link
   * Cursor}, is closed at the end, on failure and on cancel, before the subscriber receives the
   * terminal signal. An exception from its {@code close} fails the stream; after a cancel it goes
   * to {@link Undeliverable}. The iterable itself is not closed.
   *
   * <p><b>Memory:</b> nothing is buffered.
   *
   * @param items any number of items, none null
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Publisher<T> fromIterable(Iterable<? extends T> items) {
    return BlockingSources.ofIterable(requireNonNull(items, "items"));
  }

  /**
   * Makes a publisher of an iterator, for one subscriber. The iterator may block, and is not used
   * before the subscription. For a second subscriber, the stream fails with an {@link
   * IllegalStateException}. An iterator that is {@link AutoCloseable} is closed even if the
   * subscriber cancels before the first item, but it is not closed if there is never a subscriber.
   * Everything else is as for {@link #fromIterable}.
   *
   * @param items any number of items, none null
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Publisher<T> fromIterator(Iterator<? extends T> items) {
    return BlockingSources.ofIterator(requireNonNull(items, "items"));
  }

  /**
   * Makes a publisher of a stream, for one subscriber. The stream may block, and runs sequentially.
   * For a second subscriber, the publisher fails with an {@link IllegalStateException}. Once there
   * was a subscriber, the stream is always {@linkplain Stream#close closed}. Everything else is as
   * for {@link #fromIterator}.
   *
   * @param items any number of items, none null
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Publisher<T> fromStream(Stream<? extends T> items) {
    return BlockingSources.ofStream(requireNonNull(items, "items"));
  }

  /**
   * Makes a cold publisher of the bytes that imperative code writes. The code runs once for each
   * subscriber, on its own virtual thread.
   *
   * <pre>{@code
   * Publisher<ByteBuffer> zipped = Publishers.fromOutputStream(out -> {
   *   try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
   *     Files.copy(file, zip);
   *   }
   * });
   * }</pre>
   *
   * <p>A buffer is emitted when 16 KiB have been written, when the stream is flushed, and when the
   * body returns. {@code close} only flushes. The body may go on writing afterwards, for instance
   * through another wrapper; the publisher completes when the body returns. Only one thread at a
   * time may use the stream. After the end of the body, the stream throws an {@link IOException}.
   *
   * <p><b>Cancellation:</b> as for {@link #publisher(Emitter.Body)}. If the body is cancelled, a
   * write throws a {@link java.util.concurrent.CancellationException}.
   *
   * <p><b>Errors:</b> an exception from the body fails the stream. The bytes that the body has
   * written and not flushed are dropped.
   *
   * <p><b>Memory:</b> one chunk of 16 KiB; a write waits for demand. The subscriber owns each
   * buffer that it receives; nothing writes to it any more.
   *
   * @param writer the code that writes
   * @return the publisher
   */
  public static Publisher<ByteBuffer> fromOutputStream(
      VoidItemBody<? super OutputStream, ? extends Exception> writer) {
    return publisher(EmitterOutputStream.body(requireNonNull(writer, "writer")));
  }

  /**
   * Makes a cold JDK publisher of imperative code; see {@link #publisher(Emitter.Body)}.
   *
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Flow.Publisher<T> flowPublisher(Emitter.Body<T> body) {
    return FlowAdapters.toFlowPublisher(publisher(body));
  }

  /**
   * Makes a cold JDK publisher of imperative code; see {@link #publisher(Executor, Emitter.Body)}.
   *
   * @param signals runs each {@code onNext} and the terminal signal
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Flow.Publisher<T> flowPublisher(Executor signals, Emitter.Body<T> body) {
    return FlowAdapters.toFlowPublisher(publisher(signals, body));
  }

  /**
   * Converts a source that can be awaited into a publisher of at most one item. No thread waits for
   * it. Each subscriber causes one subscription to the source.
   *
   * <p><b>Cancellation:</b> cancels the source, on the thread that calls {@code cancel}.
   *
   * <p><b>Errors:</b> the publisher fails with the source's failure; after a cancellation the
   * failure goes to {@link Undeliverable}.
   *
   * <p><b>Memory:</b> the value is kept until the subscriber requests it. If the subscriber cancels
   * instead, the value goes to {@link Undeliverable#onDiscard}.
   *
   * @param awaitable the source; if its value is null, the publisher is empty
   * @param <T> the type of the item
   * @return the publisher
   */
  public static <T> Publisher<T> toPublisher(Awaitable<? extends @Nullable T> awaitable) {
    requireNonNull(awaitable, "awaitable");
    return subscriber -> new ValueSubscription<T>(subscriber).begin(awaitable);
  }

  /**
   * Converts a JDK publisher into a Reactive Streams publisher.
   *
   * @param publisher the source
   * @param <T> the type of the items
   * @return a view of the source
   */
  @SuppressWarnings("unchecked") // a publisher only produces
  public static <T> Publisher<T> toPublisher(Flow.Publisher<? extends T> publisher) {
    return FlowAdapters.toPublisher((Flow.Publisher<T>) requireNonNull(publisher, "publisher"));
  }

  /**
   * Converts a Reactive Streams publisher, such as a Mono, Flux or Flowable, into a JDK publisher.
   *
   * @param publisher the source
   * @param <T> the type of the items
   * @return a view of the source
   */
  @SuppressWarnings("unchecked") // a publisher only produces
  public static <T> Flow.Publisher<T> toFlowPublisher(Publisher<? extends T> publisher) {
    return FlowAdapters.toFlowPublisher((Publisher<T>) requireNonNull(publisher, "publisher"));
  }
}
