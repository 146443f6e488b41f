/** The part of Reactor's adapter that serves core; not exported. */
@NullMarked
package io.bridge.reactor.internal;

import org.jspecify.annotations.NullMarked;
