package io.bridge.testkit;

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
}
