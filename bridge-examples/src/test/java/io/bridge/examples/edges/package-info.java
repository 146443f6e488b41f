/** Errors inside the awaits and builders of every library: the stack ends, or the memory. */
@NullMarked
package io.bridge.examples.edges;

import org.jspecify.annotations.NullMarked;
