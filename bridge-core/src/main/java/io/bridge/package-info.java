/**
 * Awaits any asynchronous source in plain imperative code, and turns such code into a reactive
 * type. Each coroutine has one virtual thread.
 *
 * <p>The library works in two directions. In the first one, a call blocks until the signals of a
 * source have come: see {@link io.bridge.Await} and the adapters' facades that extend it, {@link
 * io.bridge.Suspension} for callbacks, and {@link io.bridge.Cursor} for a loop over many items. In
 * the second one, a body of imperative code runs and may block, and the library turns its outcome
 * into signals: see {@link io.bridge.Coroutine}, {@link io.bridge.Publishers} and the adapters'
 * builders, {@link io.bridge.Emitter} for a body that emits items, and {@link
 * io.bridge.CoroutineScope} for several bodies that end together. A conversion ({@code toMono},
 * {@code toFlux} and so on) joins both directions. No code waits in a conversion, so it needs no
 * thread.
 *
 * <h2>Where an await may block</h2>
 *
 * <p>An await may block on every virtual thread. It may also block on a platform thread, unless a
 * library reserves that thread for non-blocking work: an event loop, a Reactor {@code parallel}
 * thread, an RxJava computation thread. There the await throws an {@link
 * java.lang.IllegalStateException} that names the operation, the thread, the caller and the ways
 * out. The check comes before the subscription, so the await throws even if the source has already
 * completed.
 *
 * <h2>Cancellation</h2>
 *
 * <p>A cancel frame is code that can be cancelled as a whole: a coroutine, a {@link
 * io.bridge.Coroutine#withTimeout timeout} block, or the block of a {@link io.bridge.CoroutineScope
 * scope}. {@link io.bridge.Coroutine#runOn runOn} keeps the frames of the calling code, although
 * the body runs on another thread. Cancelling a frame only sets its state and interrupts its
 * thread. That thread then cancels the source that it awaits, exactly once, even if the
 * subscription arrives later. The await throws {@link java.util.concurrent.CancellationException},
 * and so does every later await in the frame: a cancelled frame stays cancelled. A block of {@link
 * io.bridge.Coroutine#shield shield} hides the frames around it, so that a {@code finally} can
 * await its cleanup.
 *
 * <p>An interrupt from outside the library cancels the coroutine whose thread it hits. On a plain
 * thread it ends only the current await, which throws {@code CancellationException} and leaves the
 * interrupt flag set.
 *
 * <h2>Errors</h2>
 *
 * <p>An await throws an unchecked failure of the source as the same object. It throws a checked
 * failure as the cause of a {@link java.util.concurrent.CompletionException}. If the source itself
 * was cancelled, for example a future that other code has cancelled, the await wraps the source's
 * {@code CancellationException} in the same way, because the awaiting code is not cancelled. The
 * await first removes the wrappers that stages put around a failure. A failure or value that can no
 * longer be delivered goes to {@link io.bridge.Undeliverable}.
 *
 * <p>Only the code around the await sees that {@code CompletionException}. If that exception leaves
 * a body or a started coroutine uncaught, the library removes it. Subscribers, retry specs, handles
 * and handlers then receive the source's own failure, through any number of nested bodies, as if
 * the source had failed there (contract A7). A {@code CompletionException} that other code has
 * created stays as it is.
 *
 * <p>The library adds the place of each await to the failure, as a suppressed exception "awaited
 * at" with the stack trace of the awaiting code. A failure may be shared, so the library adds
 * nothing to one that already has eight suppressed exceptions. {@code -Dio.bridge.awaitSites=false}
 * turns these entries off.
 *
 * <h2>Empty</h2>
 *
 * <p>For an empty source, {@code await} returns null, {@code awaitSingle} throws an exception, and
 * {@code awaitOptional} returns an empty {@code Optional}.
 *
 * <h2>Context</h2>
 *
 * <p>A coroutine inherits the {@link io.bridge.CoroutineContext} of the code that starts it, and
 * with it Reactor's Context. The body of a builder has the context of its subscriber. Thread-locals
 * and scoped values are not propagated unless a {@link io.bridge.CoroutineContext.Carrier} is
 * registered for them.
 *
 * <h2>Memory</h2>
 *
 * <p>Actions before the terminal signal of a source happen-before the return of the await.
 *
 * <h2>The contract</h2>
 *
 * <p>Each promise has an id, such as A7. Javadoc, tests and the guide refer to a promise by its id.
 * {@code docs/contract.md} of the project defines all of them.
 */
@NullMarked
package io.bridge;

import org.jspecify.annotations.NullMarked;
