package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.bytes.CursorInputStream;
import io.bridge.internal.bytes.EmitterOutputStream;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.EntryPoint;
import io.bridge.internal.library.ReactiveLibraries;
import io.bridge.internal.stream.BlockingSources;
import io.bridge.internal.stream.EmitterSubscription;
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
 * Publishers without a library: imperative code as a Reactive Streams or JDK publisher, and
 * conversions into them.
 *
 * @since 0.1.0
 */
@EntryPoint
@CallsSource(entry = true)
public final class Publishers {

  private static final int PREFETCH = 256;

  private Publishers() {}

  /**
   * Opens a cursor on {@code publisher} and subscribes to it now, with 256 items requested ahead.
   *
   * <p><b>Cancellation:</b> leaving the loop in any way cancels the publisher, by {@link
   * Cursor#close}.
   *
   * <p><b>Errors:</b> after the items that came before them; see {@link Cursor}.
   *
   * <p><b>Memory:</b> at most 256 items; three quarters are requested again when as many are taken.
   * Where Reactor's or RxJava's operators share their queue, none are copied.
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
   * Shows {@code publisher} as a sequential stream, which is closed to cancel it: {@code try
   * (Stream<T> items = stream(publisher))}. Subscribes now.
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
   * Shows {@code publisher} as a sequential stream; see {@link #stream(Publisher)}.
   *
   * @param publisher any number of items
   * @param <T> the type of the items
   * @return the stream, to be closed
   */
  public static <T> Stream<T> stream(Flow.Publisher<? extends T> publisher) {
    return stream(Publishers.<T>toPublisher(publisher));
  }

  /**
   * Shows the bytes of {@code publisher} as an input stream, which is closed to cancel it.
   * Subscribes now. Empty buffers are skipped; {@code available} is the rest of the buffer that is
   * being read. It is read by one thread at a time and closed by any.
   *
   * <p><b>Cancellation:</b> {@code close} cancels the publisher; a read that waits, and each later
   * one, is an {@link IOException} then. A cancellation or interrupt of the code that reads cancels
   * the publisher too; the read throws {@link java.util.concurrent.CancellationException}, unless
   * it has bytes at hand. In code that is cancelled already, this subscribes and cancels before it
   * throws: the body of an HTTP response keeps its connection until it has had a subscriber (A3). A
   * stream that is not closed is treated as a {@link Cursor} is.
   *
   * <p><b>Errors:</b> after the bytes that came before them; an {@link IOException} as itself,
   * unchecked as is, another checked one as the cause of an {@code IOException}.
   *
   * <p><b>Memory:</b> at most eight buffers are requested ahead. They are read through a duplicate,
   * so neither their position nor their content is changed.
   *
   * @param publisher buffers, read from their position to their limit
   * @return the stream, to be closed
   */
  public static InputStream asInputStream(Publisher<? extends ByteBuffer> publisher) {
    return CursorInputStream.ofBuffers(requireNonNull(publisher, "publisher"));
  }

  /**
   * Shows the bytes of a response of the JDK's HTTP client ({@code BodyHandlers.ofPublisher()}) as
   * an input stream; see {@link #asInputStream(Publisher)}, with eight lists for eight buffers. A
   * {@code Flow.Publisher<ByteBuffer>} goes there too, by {@link #toPublisher(Flow.Publisher)}.
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
   * publisher}; what {@code action} throws cancels it.
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
   * Makes a cold publisher of imperative code: each subscriber gets a run of its own on a virtual
   * thread of its own, nothing runs before it subscribes.
   *
   * <pre>{@code
   * Publisher<String> lines = Publishers.publisher(emitter -> {
   *   for (String line = in.readLine(); line != null; line = in.readLine()) {
   *     emitter.emit(line);
   *   }
   * });
   * }</pre>
   *
   * <p><b>Cancellation:</b> a cancelled subscription cancels the body's coroutine and interrupts
   * what blocks in it; see {@linkplain io.bridge the package}.
   *
   * <p><b>Errors:</b> what the body throws is the stream's failure, an {@link Error} too; of a
   * source that it awaits and does not catch, the source's own (A7). After a cancellation it goes
   * to {@link Undeliverable}. A request of less than one item fails the stream with an {@link
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
   * Makes a cold publisher of imperative code whose signals are delivered by an executor; otherwise
   * as {@link #publisher(Emitter.Body)}. {@link Emitter#emit} returns when the subscriber has
   * received the item, so nothing is buffered here either.
   *
   * <p><b>Cancellation:</b> takes back what the executor has not run yet: a subscriber that cancels
   * on the executor's own thread hears nothing more. A failure among that goes to {@link
   * Undeliverable}.
   *
   * <p><b>Errors:</b> an executor that rejects an item makes {@code emit} throw what it threw; one
   * that rejects the end fails the stream with that, on the coroutine's thread.
   *
   * @param signals runs each {@code onNext} and the end; {@code onSubscribe} comes on the thread
   *     that subscribes
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Publisher<T> publisher(Executor signals, Emitter.Body<T> body) {
    requireNonNull(signals, "signals");
    return ofBody(requireNonNull(body, "body"), signals);
  }

  private static <T> Publisher<T> ofBody(Emitter.Body<T> body, @Nullable Executor signals) {
    return subscriber ->
        EmitterSubscription.subscribe(
            "bridge-publisher", body, signals, subscriber, Undeliverable::report);
  }

  /**
   * Makes a cold publisher of an iterable, whose iterators may block: each subscriber gets a fresh
   * iterator, which runs on a virtual thread of its own. It is one item ahead of the demand.
   *
   * <p><b>Cancellation:</b> interrupts an iterator that blocks. An item that it has given and the
   * subscriber has not received goes to {@link Undeliverable#discard}; the rest stays its own.
   *
   * <p><b>Errors:</b> what the iterator throws fails the stream, and so does a null item, with a
   * {@link NullPointerException}. An iterator that is {@link AutoCloseable}, such as a {@link
   * Cursor}, is closed at the end, on failure and on cancel, before the subscriber hears of it;
   * what its {@code close} throws fails the stream, and after a cancel goes to {@link
   * Undeliverable}. The iterable itself is not closed.
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
   * Makes a publisher of an iterator, which may block, for one subscriber; a second one gets an
   * {@link IllegalStateException} as the failure of its stream. Nothing is taken before somebody
   * subscribes; otherwise as {@link #fromIterable}. An iterator that is {@link AutoCloseable} is
   * closed also if its subscriber cancels before the first item; it is not if nobody subscribes.
   *
   * @param items any number of items, none null
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Publisher<T> fromIterator(Iterator<? extends T> items) {
    return BlockingSources.ofIterator(requireNonNull(items, "items"));
  }

  /**
   * Makes a publisher of a stream, which may block, for one subscriber; a second one gets an {@link
   * IllegalStateException} as the failure of its stream. The stream runs sequentially and is
   * {@linkplain Stream#close closed} in any case once somebody has subscribed; otherwise as {@link
   * #fromIterator}.
   *
   * @param items any number of items, none null
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Publisher<T> fromStream(Stream<? extends T> items) {
    return BlockingSources.ofStream(requireNonNull(items, "items"));
  }

  /**
   * Makes a cold publisher of the bytes that imperative code writes: each subscriber gets a run of
   * its own on a virtual thread of its own.
   *
   * <pre>{@code
   * Publisher<ByteBuffer> zipped = Publishers.fromOutputStream(out -> {
   *   try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
   *     Files.copy(file, zip);
   *   }
   * });
   * }</pre>
   *
   * <p>A buffer is emitted when 16 KiB are written and when the stream is flushed; the rest when
   * the body returns. {@code close} only flushes: the body may go on writing, through another
   * wrapper for instance, and its return is the end. The stream is for one thread at a time, and
   * for the body: a use after its end is an {@link IOException}.
   *
   * <p><b>Cancellation:</b> as with {@link #publisher(Emitter.Body)}; a write of a cancelled body
   * throws {@link java.util.concurrent.CancellationException}.
   *
   * <p><b>Errors:</b> what the body throws is the stream's failure; what it had written and not
   * flushed is dropped.
   *
   * <p><b>Memory:</b> one chunk of 16 KiB; a write waits for demand. Each buffer is the
   * subscriber's: nothing writes to it any more.
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
   * @param signals runs each {@code onNext} and the end
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Flow.Publisher<T> flowPublisher(Executor signals, Emitter.Body<T> body) {
    return FlowAdapters.toFlowPublisher(publisher(signals, body));
  }

  /**
   * Converts anything that can be awaited into a publisher of at most one item; no thread waits for
   * it. Each subscriber subscribes to it once.
   *
   * <p><b>Cancellation:</b> cancels the source, on the thread that cancels.
   *
   * <p><b>Errors:</b> the source's own; after a cancellation to {@link Undeliverable}.
   *
   * <p><b>Memory:</b> a value waits for the request; cancelled then, it goes to {@link
   * Undeliverable#onDiscard}.
   *
   * @param awaitable the source; null as its value is an empty publisher
   * @param <T> the type of the item
   * @return the publisher
   */
  public static <T> Publisher<T> toPublisher(Awaitable<? extends @Nullable T> awaitable) {
    requireNonNull(awaitable, "awaitable");
    return subscriber -> new ValueSubscription<T>(subscriber).begin(awaitable);
  }

  /**
   * Shows a JDK publisher as a Reactive Streams publisher.
   *
   * @param publisher the source
   * @param <T> the type of the items
   * @return the same source
   */
  @SuppressWarnings("unchecked") // a publisher only produces
  public static <T> Publisher<T> toPublisher(Flow.Publisher<? extends T> publisher) {
    return FlowAdapters.toPublisher((Flow.Publisher<T>) requireNonNull(publisher, "publisher"));
  }

  /**
   * Shows a Reactive Streams publisher, which every Mono, Flux and Flowable is, as a JDK publisher.
   *
   * @param publisher the source
   * @param <T> the type of the items
   * @return the same source
   */
  @SuppressWarnings("unchecked") // a publisher only produces
  public static <T> Flow.Publisher<T> toFlowPublisher(Publisher<? extends T> publisher) {
    return FlowAdapters.toFlowPublisher((Publisher<T>) requireNonNull(publisher, "publisher"));
  }
}
