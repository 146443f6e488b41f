/**
 * Failures: what an await throws, where it was awaited, and how a body's edge takes the layer of an
 * await off again.
 *
 * <p><b>Rule:</b> No getter of a foreign failure is called where a protocol is not settled, nor on
 * a thread that others wait for (A8).
 *
 * <p><b>Design:</b> docs/design/suspension.md. <b>Proof:</b> TransparentFailuresTest,
 * KeptInterruptTest, HostileExceptionsTest.
 */
@NullMarked
package io.bridge.internal.failure;

import org.jspecify.annotations.NullMarked;
