package io.bridge;

import java.util.concurrent.CancellationException;

/**
 * Takes the items of a stream body. An emitter belongs to one subscriber and one run of its body;
 * using it after that is an {@link IllegalStateException}.
 *
 * @param <T> the type of the items
 * @since 0.1.0
 */
public interface Emitter<T> {

  /**
   * Delivers {@code item} to the subscriber, waiting first while there is no demand (RS 1.1);
   * nothing is buffered or dropped. Calls from several threads of one body are serialised (RS 1.3).
   * It returns when the subscriber's {@code onNext} has returned (B4). A subscriber with a queue or
   * a loop may process the item later.
   *
   * <p><b>Cancellation:</b> ends the waiting; from then on every call throws {@link
   * CancellationException}, inside {@link Coroutine#shield(VoidBody)} too, as there is nobody left
   * to emit to. A subscriber that is collected while this waits for demand, as nobody holds it any
   * more, has cancelled, too (B4b).
   *
   * <p><b>Errors:</b> an exception out of the subscriber's {@code onNext} cancels the body and is
   * rethrown here (the subscriber broke RS 2.13 and gets nothing more). A null item is a {@link
   * NullPointerException} that leaves the stream usable.
   *
   * <p><b>Memory:</b> the item is not kept after the call. It belongs to this method: one that the
   * subscriber has not received has gone to {@link Undeliverable#discard}, and to its library's own
   * discard hook, when this throws for whatever reason (B4). One whose {@code onNext} was called is
   * the subscriber's.
   *
   * @param item the next item
   * @throws CancellationException when the subscriber or the coroutine has been cancelled
   * @throws IllegalStateException when the body has ended, or when called from inside the
   *     subscriber's {@code onNext}
   */
  void emit(T item);

  /**
   * The body of a stream: plain code that emits.
   *
   * @param <T> the type of the items
   * @since 0.1.0
   */
  @FunctionalInterface
  interface Body<T> {

    /**
     * Runs once for each subscriber, on a virtual thread of its own. A normal return completes the
     * stream, an exception fails it.
     *
     * @param emitter takes the items
     * @throws Exception fails the stream
     */
    void run(Emitter<T> emitter) throws Exception;
  }
}
