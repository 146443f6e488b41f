/**
 * The context of code: its frame, and the thread state propagated with it.
 *
 * <p><b>Rule:</b> Thread state is propagated only if it belongs to the same request (C1 to C4).
 *
 * <p><b>Design:</b> docs/design/context.md. <b>Proof:</b> CoroutineContextTest, CarrierTest.
 */
@NullMarked
package io.bridge.internal.context;

import org.jspecify.annotations.NullMarked;
