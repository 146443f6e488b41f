package io.bridge;

/**
 * Imperative code without a value; the twin of {@link Body}. Where a lambda fits both, the value
 * form wins.
 *
 * @param <X> the checked exception that the code may throw
 * @since 0.1.0
 */
@FunctionalInterface
public interface VoidBody<X extends Exception> {

  /**
   * Runs the code.
   *
   * @throws X when the code fails
   */
  void run() throws X;
}
