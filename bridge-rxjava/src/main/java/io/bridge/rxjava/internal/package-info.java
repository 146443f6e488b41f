/** How RxJava takes part in core; not exported. */
@NullMarked
package io.bridge.rxjava.internal;

import org.jspecify.annotations.NullMarked;
