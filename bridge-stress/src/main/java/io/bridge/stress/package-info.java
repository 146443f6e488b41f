/** The soak: random programs over random hostile sources, for as long as one likes. */
@NullMarked
package io.bridge.stress;

import org.jspecify.annotations.NullMarked;
