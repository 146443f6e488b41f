/** How Reactor takes part in core; not exported. */
@NullMarked
package io.bridge.reactor.internal;

import org.jspecify.annotations.NullMarked;
