/**
 * The demo of bridge: a shop over real components, once in imperative and once in reactive style.
 *
 * <p>{@link io.bridge.examples.Demo} starts everything in one JVM: a reactor-netty HTTP server for
 * the shop, a second one for its bank, an H2 database behind R2DBC, an RxJava price feed, and the
 * JDK's HTTP client between them. Start reading at {@link io.bridge.examples.CheckoutImperative}
 * and compare it with {@link io.bridge.examples.CheckoutReactive}.
 */
@NullMarked
package io.bridge.examples;

import org.jspecify.annotations.NullMarked;
