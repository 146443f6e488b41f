package io.bridge.examples;

import reactor.core.publisher.Mono;

/**
 * Sells one order: the same job in two styles, {@link CheckoutImperative} and {@link
 * CheckoutReactive}.
 */
interface Checkout {

  /**
   * Sells {@code order} in one database transaction.
   *
   * <p>An order that is turned down fails with {@link Refused}; its transaction is rolled back and
   * the refusal is noted. A subscriber that cancels gets its transaction rolled back as well, and
   * the pending call to the bank is given up.
   */
  Mono<Receipt> checkout(Order order);

  /** Makes a checkout from what it works with. */
  interface Style {
    Checkout over(Database database, PriceFeed prices, Bank bank);
  }
}
