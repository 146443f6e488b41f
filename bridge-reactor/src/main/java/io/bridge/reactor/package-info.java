/**
 * bridge for Project Reactor. {@link io.bridge.reactor.ReactorBridge} awaits {@code Mono} and
 * {@code Flux}, and builds them from imperative code.
 */
@NullMarked
package io.bridge.reactor;

import org.jspecify.annotations.NullMarked;
