package io.bridge.testkit;

import org.jspecify.annotations.Nullable;

/** The null that a hostile source sends where its types promise none. */
public final class Nulls {

  private Nulls() {}

  /** A null that the compiler takes for a {@code T}. */
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // an Object[] at run time, and its only element is null
  public static <T> T smuggled() {
    return ((T[]) new Object[1])[0];
  }

  /** The same where {@code value} is null. */
  @SuppressWarnings("NullAway") // it lies
  public static <T> T smuggled(@Nullable T value) {
    return value;
  }
}
