package io.bridge;

/**
 * Imperative code that handles one item and returns no value, as in {@link Publishers#forEach}.
 *
 * @param <T> the type of the item
 * @param <X> the checked exception that it may throw; inferred
 * @since 0.1.0
 */
@FunctionalInterface
public interface VoidItemBody<T, X extends Exception> {

  /**
   * Runs the code for one item.
   *
   * @param item the item
   * @throws X when it fails
   */
  void run(T item) throws X;
}
