/** Bodies that await bodies: calls on one thread, with everything that a thread each promises. */
@NullMarked
package io.bridge.examples.inplace;

import org.jspecify.annotations.NullMarked;
