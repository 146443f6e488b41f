/**
 * Bodies as publishers: emit, demand, hand-over and the end of a stream.
 *
 * <p><b>Rule:</b> One signal at a time, by the thread that holds the turn; nobody runs the body's
 * code inside a signal (B7).
 *
 * <p><b>Design:</b> docs/design/emitter.md. <b>Proof:</b> EmitterRaceTest, EmitterCancellationTest,
 * HandOverRaceTest, SubscriberHoldRaceTest; EmitterStress.
 */
@NullMarked
package io.bridge.internal.stream;

import org.jspecify.annotations.NullMarked;
