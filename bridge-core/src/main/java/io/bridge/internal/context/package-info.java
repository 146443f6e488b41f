/**
 * The context of code: its frame, and the thread's state that goes along.
 *
 * <p><b>Rule:</b> What a thread holds goes along only where it belongs to the same request (C1 to
 * C4).
 *
 * <p><b>Design:</b> docs/design/context.md. <b>Proof:</b> CoroutineContextTest, CarrierTest.
 */
@NullMarked
package io.bridge.internal.context;

import org.jspecify.annotations.NullMarked;
