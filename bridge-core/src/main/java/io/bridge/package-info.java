/**
 * Await any asynchronous source in plain imperative code, and hand such code back as a reactive
 * type: one coroutine, one virtual thread.
 *
 * <p>Two arrows make up the library. Signals come in and a blocked call returns: {@link
 * io.bridge.Await} and the adapters' facades that extend it, with {@link io.bridge.Suspension} as
 * the callback side, and {@link io.bridge.Cursor} for a loop over many. A blocking body runs and
 * signals go out: {@link io.bridge.Coroutine}, {@link io.bridge.Publishers} and the adapters'
 * builders, with {@link io.bridge.Emitter} as the body's side, and {@link io.bridge.CoroutineScope}
 * for several bodies that end together. Where no code waits in between, a conversion ({@code
 * toMono}, {@code toFlux} and so on) joins the two without a thread.
 *
 * <h2>Where an await may block</h2>
 *
 * <p>On every virtual thread and on every platform thread that no library reserves for its own
 * non-blocking work. It is checked before subscribing, whatever the source holds: on an event loop,
 * a Reactor {@code parallel} thread or an RxJava computation thread an await is an {@link
 * java.lang.IllegalStateException} that names the operation, the thread, the caller and the ways
 * out.
 *
 * <h2>Cancellation</h2>
 *
 * <p>A coroutine, a {@link io.bridge.Coroutine#withTimeout timeout} block and the block of a {@link
 * io.bridge.CoroutineScope scope} are cancel frames, which {@link io.bridge.Coroutine#runOn runOn}
 * takes along to another thread. Cancelling one only sets its state and interrupts its thread; that
 * thread then cancels what it awaits, exactly once, also when the subscription arrives later. The
 * await throws {@link java.util.concurrent.CancellationException}, and so does every later one in
 * the frame: cancelled stays cancelled. {@link io.bridge.Coroutine#shield shield} hides the frames
 * around it, so that a {@code finally} can await its cleanup. An interrupt by somebody else cancels
 * the coroutine whose thread it hits; on a plain thread it ends the one await, which throws {@code
 * CancellationException} with the interrupt flag up.
 *
 * <h2>Errors</h2>
 *
 * <p>An unchecked failure of the source is thrown as the same object. A checked one is the cause of
 * a {@link java.util.concurrent.CompletionException}, and so is a {@code CancellationException} of
 * the source itself (a future that somebody else cancelled), because it is not a cancellation of
 * the code that waits. The layers that stages put around a failure are removed first. A failure or
 * value that nobody can receive any more goes to {@link io.bridge.Undeliverable}.
 *
 * <p>That {@code CompletionException} is for the code around the await. Where it leaves a body or a
 * started coroutine uncaught, it is taken off again: what is signalled, retried, recorded or
 * reported is the source's own failure, through any number of bodies, as if the source had failed
 * there (contract A7). A {@code CompletionException} that somebody else has made stays.
 *
 * <p>A failure carries the places where it was awaited as suppressed entries, "awaited at", with
 * the stack trace of the code that waits. A failure may be shared, so nothing is added to one that
 * has eight suppressed entries; {@code -Dio.bridge.awaitSites=false} adds none at all.
 *
 * <h2>Empty</h2>
 *
 * <p>{@code await} of a source that may be empty returns null for it; {@code awaitSingle} takes
 * empty for an error, {@code awaitOptional} wraps it.
 *
 * <h2>Context</h2>
 *
 * <p>A coroutine inherits the {@link io.bridge.CoroutineContext} of the code that starts it, and
 * with it Reactor's Context; a builder's body has its subscriber's. Thread-locals and scoped values
 * stay behind, but for those that a {@link io.bridge.CoroutineContext.Carrier} takes along.
 *
 * <h2>Memory</h2>
 *
 * <p>Actions before the terminal signal of a source happen-before the return of the await.
 *
 * <h2>The contract</h2>
 *
 * <p>Each promise has an id, such as A7, which Javadoc, tests and guide name. All of them are in
 * {@code docs/contract.md} of the project.
 */
@NullMarked
package io.bridge;

import org.jspecify.annotations.NullMarked;
