/**
 * Failures: the exceptions of an await, the place where it waited, and the removal of the await's
 * {@code CompletionException} when it leaves a body.
 *
 * <p><b>Rule:</b> No code of this library calls a getter of a foreign failure before its protocol
 * has reached a final state, or on a thread that other threads wait for (A8).
 *
 * <p><b>Design:</b> docs/design/suspension.md. <b>Proof:</b> TransparentFailuresTest,
 * KeptInterruptTest, HostileExceptionsTest.
 */
@NullMarked
package io.bridge.internal.failure;

import org.jspecify.annotations.NullMarked;
