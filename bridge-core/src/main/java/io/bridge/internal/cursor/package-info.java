/**
 * A publisher as a loop: the buffer between a source and the thread that iterates.
 *
 * <p><b>Rule:</b> Items are taken in order, each once, and never more than were requested (I2).
 *
 * <p><b>Design:</b> docs/design/cursor.md. <b>Proof:</b> CursorTest, IterationRaceTest;
 * IterationStress, CursorBufferStress.
 */
@NullMarked
package io.bridge.internal.cursor;

import org.jspecify.annotations.NullMarked;
