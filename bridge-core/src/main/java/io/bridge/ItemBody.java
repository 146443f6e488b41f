package io.bridge;

import org.jspecify.annotations.Nullable;

/**
 * Imperative code that computes a value from one item, as in {@code mapAwait}, or from a scope, as
 * in {@link CoroutineScope#within}. It extends {@link VoidItemBody}. So if a method has one
 * overload for each of the two types, a lambda with a value selects the overload for {@code
 * ItemBody}.
 *
 * @param <T> the type of the item
 * @param <R> the type of the value
 * @param <X> the checked exception that it may throw; inferred
 * @since 0.1.0
 */
@FunctionalInterface
public interface ItemBody<T, R extends @Nullable Object, X extends Exception>
    extends VoidItemBody<T, X> {

  /**
   * Runs the code for one item.
   *
   * @param item the item
   * @return its value
   * @throws X when it fails
   */
  R call(T item) throws X;

  /** Runs the code for one item and ignores its value. */
  @Override
  @SuppressWarnings("FunctionalInterfaceMethodChanged") // it is the same call, without its value
  default void run(T item) throws X {
    var unused = call(item);
  }
}
