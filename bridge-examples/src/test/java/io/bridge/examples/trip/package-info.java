/** Which source files a call enters, and that the README names them. */
@NullMarked
package io.bridge.examples.trip;

import org.jspecify.annotations.NullMarked;
