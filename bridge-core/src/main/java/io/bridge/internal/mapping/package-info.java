/**
 * mapAwait and mapConcurrent of publishers: a body for each item maps one stream to another.
 *
 * <p><b>Rule:</b> Bodies start in the order of their items; at most the given number of items is in
 * flight.
 *
 * <p><b>Design:</b> docs/design/mapawait.md. <b>Proof:</b> MapAwaitTest, MapConcurrentTest;
 * MapAwaitStress.
 */
@NullMarked
package io.bridge.internal.mapping;

import org.jspecify.annotations.NullMarked;
