/**
 * One body on one thread: a coroutine, runOn, and the delivery of the outcome.
 *
 * <p><b>Rule:</b> The body runs inside the interrupt window, its outcome is signalled outside of it
 * (B6).
 *
 * <p><b>Design:</b> docs/design/coroutine.md. <b>Proof:</b> CoroutineTest, RunOnTest;
 * CoroutineStress.
 */
@NullMarked
package io.bridge.internal.coroutine;

import org.jspecify.annotations.NullMarked;
