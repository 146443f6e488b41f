/** One name over all types: every facade imported at once, every type of every library awaited. */
@NullMarked
package io.bridge.examples.merge;

import org.jspecify.annotations.NullMarked;
