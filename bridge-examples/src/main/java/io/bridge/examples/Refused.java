package io.bridge.examples;

/** A checkout that the shop turns down for a reason the customer can understand. */
final class Refused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Outcome outcome;

  Refused(Outcome outcome, int orderId) {
    super("order " + orderId + " " + outcome);
    this.outcome = outcome;
  }

  Outcome outcome() {
    return outcome;
  }
}
