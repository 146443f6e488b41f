/** The part of RxJava's adapter that serves core; not exported. */
@NullMarked
package io.bridge.rxjava.internal;

import org.jspecify.annotations.NullMarked;
