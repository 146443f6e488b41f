/**
 * One await: a cell, a link to its source, and the signals of one kind of source.
 *
 * <p><b>Rule:</b> All signals race for one state cell; the signal that wins wakes the waiting
 * thread, or passes the outcome on.
 *
 * <p><b>Design:</b> docs/design/suspension.md and conversion.md. <b>Proof:</b> AwaitRaceTest,
 * AwaitCancellationTest, HostileScriptsTest, AwaitAllRaceTest; LinkedAwaitStress, ConversionStress,
 * SuspensionStress.
 */
@NullMarked
package io.bridge.internal.await;

import org.jspecify.annotations.NullMarked;
