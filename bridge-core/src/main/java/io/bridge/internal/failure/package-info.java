/**
 * Failures: the exceptions of an await, the place where it waited, and the removal of the await's
 * {@code CompletionException} when it leaves a body.
 *
 * <p><b>Rule:</b> No getter of a foreign failure is called before the protocol has reached its
 * final state, or on a thread that other threads wait for (A8).
 *
 * <p><b>Design:</b> docs/design/suspension.md. <b>Proof:</b> TransparentFailuresTest,
 * KeptInterruptTest, HostileExceptionsTest.
 */
@NullMarked
package io.bridge.internal.failure;

import org.jspecify.annotations.NullMarked;
