package io.bridge;

import io.bridge.internal.mapping.EmitAll;
import java.util.concurrent.CancellationException;
import org.reactivestreams.Publisher;

/**
 * Delivers the items of a stream body to its subscriber. An emitter belongs to one subscriber and
 * one run of the body. A call after that run throws an {@link IllegalStateException}.
 *
 * @param <T> the type of the items
 * @since 0.1.0
 */
public interface Emitter<T> {

  /**
   * Delivers {@code item} to the subscriber. It waits while there is no demand (RS 1.1), and
   * neither buffers nor drops items. Calls from several threads of one body are serialised (RS
   * 1.3). This method returns when the subscriber's {@code onNext} has returned (B4); a subscriber
   * with a queue or a loop may process the item later.
   *
   * <p><b>Cancellation:</b> ends the wait. From then on every call throws a {@link
   * CancellationException}, also inside {@link Coroutine#shield(VoidBody)}, because there is no
   * subscriber any more. If the subscriber becomes unreachable and is garbage collected while this
   * method waits for demand, the stream is cancelled too (B4b).
   *
   * <p><b>Errors:</b> an exception from the subscriber's {@code onNext} cancels the body and is
   * rethrown here. Such a subscriber violates RS 2.13, so it receives no more signals. A null item
   * throws a {@link NullPointerException} and leaves the stream usable.
   *
   * <p><b>Memory:</b> nothing keeps the item after the call. This method owns the item. If it
   * throws for any reason before the subscriber has received the item, it first passes the item to
   * {@link Undeliverable#discard} and to the discard hook of the subscriber's library (B4). Once
   * {@code onNext} has been called, the subscriber owns the item.
   *
   * @param item the next item
   * @throws CancellationException when the subscriber has cancelled, or the coroutine has been
   *     cancelled
   * @throws IllegalStateException when the body has ended, or when called from inside the
   *     subscriber's {@code onNext}
   */
  void emit(T item);

  /**
   * Emits all items of {@code source}, and returns at its end. An item is requested from the source
   * when the subscriber has asked for one, and nothing is requested ahead. If code of this body's
   * coroutine passes on what one of our own stream builders made, no second thread is needed: that
   * body's {@code emit} is an {@link #emit} of this body (N2).
   *
   * <p><b>Cancellation:</b> a cancel by the subscriber, or of the coroutine, cancels the source;
   * this method then throws as {@link #emit} does.
   *
   * <p><b>Errors:</b> a failure of the source is thrown as an await throws it (A7). So it fails the
   * stream with the failure's own type, unless the body catches it.
   *
   * <p><b>Memory:</b> at most one item of the source is held at a time. It belongs to this method,
   * as for {@link #emit}.
   *
   * @param source any number of items
   * @throws CancellationException when the subscriber has cancelled, or the coroutine has been
   *     cancelled
   * @throws IllegalStateException when the body has ended, or when called from inside the
   *     subscriber's {@code onNext}; nothing is subscribed to
   */
  default void emitAll(Publisher<? extends T> source) {
    EmitAll.run(this, source);
  }

  /**
   * The body of a stream: plain code that emits.
   *
   * @param <T> the type of the items
   * @since 0.1.0
   */
  @FunctionalInterface
  interface Body<T> {

    /**
     * Runs once for each subscriber, on its own virtual thread. A normal return completes the
     * stream; an exception fails it.
     *
     * @param emitter delivers the items
     * @throws Exception fails the stream
     */
    void run(Emitter<T> emitter) throws Exception;
  }
}
