/**
 * The common base of all rooms: which thread may block, the hooks of the libraries that are
 * present, handles of fields.
 *
 * <p><b>Rule:</b> It knows no await, coroutine or stream.
 *
 * <p><b>Design:</b> docs/design/context.md. <b>Proof:</b> GuardTest, UnloadingTest.
 */
@NullMarked
package io.bridge.internal.base;

import org.jspecify.annotations.NullMarked;
