package io.bridge.internal.await;

/** The rules of Reactive Streams for requested amounts. */
public final class Demand {

  private Demand() {}

  /** The sum, capped at {@code Long.MAX_VALUE}, which means unbounded (RS 3.17). */
  public static long sum(long demand, long more) {
    long sum = demand + more;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** The failure of a stream whose subscriber requested zero or less (RS 3.9). */
  public static IllegalArgumentException lessThanOne() {
    return new IllegalArgumentException("RS 3.9: request of less than one item");
  }
}
