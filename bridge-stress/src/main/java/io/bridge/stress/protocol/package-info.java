/** The actors, sources and receivers that the stress tests of several protocols share. */
@NullMarked
package io.bridge.stress.protocol;

import org.jspecify.annotations.NullMarked;
