/**
 * Streams of bytes: a cursor as an InputStream, an OutputStream as an emitter.
 *
 * <p><b>Rule:</b> They add no protocol: a read is a step of the cursor, a write one emit.
 *
 * <p><b>Design:</b> docs/design/cursor.md and emitter.md. <b>Proof:</b> AsInputStreamTest,
 * FromOutputStreamTest.
 */
@NullMarked
package io.bridge.internal.bytes;

import org.jspecify.annotations.NullMarked;
