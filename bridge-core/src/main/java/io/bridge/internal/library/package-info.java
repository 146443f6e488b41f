/**
 * The reactive libraries that are present, by the class of a publisher.
 *
 * <p><b>Rule:</b> A publisher is awaited, iterated and mapped in the way of the library that owns
 * its class.
 *
 * <p><b>Design:</b> docs/design/conversion.md. <b>Proof:</b> AwaitHostileSourceTest, and the tests
 * of each adapter.
 */
@NullMarked
package io.bridge.internal.library;

import org.jspecify.annotations.NullMarked;
