package io.bridge;

import org.jspecify.annotations.Nullable;

/**
 * Imperative code for one item of a stream, such as the one of {@code mapAwait}, or for a scope,
 * see {@link CoroutineScope#within}. It is a {@link VoidItemBody} too, so that of two methods that
 * take either a lambda with a value means this one.
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

  /** Runs the code for one item, whose value nobody wants. */
  @Override
  @SuppressWarnings("FunctionalInterfaceMethodChanged") // it is the same call, without its value
  default void run(T item) throws X {
    var unused = call(item);
  }
}
