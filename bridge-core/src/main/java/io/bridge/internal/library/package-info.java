/**
 * Finds the reactive library to which the class of a publisher belongs.
 *
 * <p><b>Rule:</b> The library that owns a publisher's class determines how it is awaited, iterated
 * and mapped.
 *
 * <p><b>Design:</b> docs/design/conversion.md. <b>Proof:</b> AwaitHostileSourceTest, and the tests
 * of each adapter.
 */
@NullMarked
package io.bridge.internal.library;

import org.jspecify.annotations.NullMarked;
