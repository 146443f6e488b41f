package io.bridge.examples;

/** How a checkout ended, with the HTTP status that says so. */
enum Outcome {
  ACCEPTED(200),
  DECLINED(402),
  OUT_OF_STOCK(409),
  /** The client hung up before the answer; nobody reads this status. */
  CANCELLED(499);

  private final int status;

  Outcome(int status) {
    this.status = status;
  }

  int status() {
    return status;
  }

  /**
   * Returns the outcome that {@code status} stands for.
   *
   * @throws IllegalArgumentException if it stands for none
   */
  static Outcome ofStatus(int status) {
    for (Outcome outcome : values()) {
      if (outcome.status == status) {
        return outcome;
      }
    }
    throw new IllegalArgumentException("unexpected HTTP status " + status);
  }
}
