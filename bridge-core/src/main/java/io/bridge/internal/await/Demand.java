package io.bridge.internal.await;

/** What Reactive Streams says of the numbers that a subscriber requests. */
public final class Demand {

  private Demand() {}

  /** Both together; {@code Long.MAX_VALUE}, which is without a bound, if that is more (RS 3.17). */
  public static long sum(long demand, long more) {
    long sum = demand + more;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** The end of a stream whose subscriber requested nothing, or less (RS 3.9). */
  public static IllegalArgumentException lessThanOne() {
    return new IllegalArgumentException("RS 3.9: request of less than one item");
  }
}
