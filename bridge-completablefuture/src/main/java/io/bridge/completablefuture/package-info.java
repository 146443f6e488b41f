/**
 * bridge for the JDK's futures. {@link io.bridge.completablefuture.CompletableFutureBridge} awaits
 * stages and futures, and builds a {@code CompletableFuture} from imperative code.
 */
@NullMarked
package io.bridge.completablefuture;

import org.jspecify.annotations.NullMarked;
