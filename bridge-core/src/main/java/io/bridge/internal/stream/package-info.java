/**
 * Bodies as publishers: emit, demand, hand-over and the end of a stream.
 *
 * <p><b>Rule:</b> Only one thread at a time may signal the subscriber; no signal runs the body's
 * code (B7).
 *
 * <p><b>Design:</b> docs/design/emitter.md. <b>Proof:</b> EmitterRaceTest, EmitterCancellationTest,
 * HandOverRaceTest, SubscriberHoldRaceTest; EmitterStress.
 */
@NullMarked
package io.bridge.internal.stream;

import org.jspecify.annotations.NullMarked;
