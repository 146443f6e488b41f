/**
 * Frames: code that can be cancelled as a whole. The interrupt window of a thread, parking,
 * deadlines, and the cancel of a tree of scopes.
 *
 * <p><b>Rule:</b> A cancel sets a state and asks the interrupt window for an interrupt; it never
 * waits and runs no foreign code (A6).
 *
 * <p><b>Design:</b> docs/design/coroutine.md and timers.md. <b>Proof:</b> InterruptRaceTest,
 * TimeoutTest, BlockFrameTest, TimersTest; InterruptWindowStress, TimeoutStress.
 */
@NullMarked
package io.bridge.internal.cancel;

import org.jspecify.annotations.NullMarked;
