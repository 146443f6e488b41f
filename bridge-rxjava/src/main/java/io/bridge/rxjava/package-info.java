/**
 * bridge for RxJava 3. {@link io.bridge.rxjava.RxJavaBridge} awaits RxJava's types, and builds them
 * from imperative code.
 */
@NullMarked
package io.bridge.rxjava;

import org.jspecify.annotations.NullMarked;
