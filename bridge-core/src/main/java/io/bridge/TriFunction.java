package io.bridge;

import org.jspecify.annotations.Nullable;

/**
 * A function of three arguments, which the JDK lacks: the combiner of {@link Await#awaitAll}.
 *
 * @param <A> the type of the first argument
 * @param <B> the type of the second argument
 * @param <C> the type of the third argument
 * @param <R> the type of the result
 * @since 0.1.0
 */
@FunctionalInterface
public interface TriFunction<
    A extends @Nullable Object,
    B extends @Nullable Object,
    C extends @Nullable Object,
    R extends @Nullable Object> {

  /**
   * Applies the function.
   *
   * @param first the first argument
   * @param second the second argument
   * @param third the third argument
   * @return the result
   */
  R apply(A first, B second, C third);
}
