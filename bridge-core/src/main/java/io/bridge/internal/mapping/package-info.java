/**
 * mapAwait and mapConcurrent of publishers: bodies between two streams.
 *
 * <p><b>Rule:</b> Runs start in the order of the items; at most the given number is in flight.
 *
 * <p><b>Design:</b> docs/design/mapawait.md. <b>Proof:</b> MapAwaitTest, MapConcurrentTest;
 * MapAwaitStress.
 */
@NullMarked
package io.bridge.internal.mapping;

import org.jspecify.annotations.NullMarked;
