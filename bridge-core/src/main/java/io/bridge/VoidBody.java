package io.bridge;

/**
 * Imperative code without a value; the counterpart of {@link Body}. If a lambda fits both, the
 * compiler chooses {@code Body}.
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
