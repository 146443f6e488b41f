package io.bridge;

import org.jspecify.annotations.Nullable;

/**
 * Imperative code that returns a value. Blocks that run in place, such as {@link
 * Coroutine#shield(Body)}, throw {@code X} unchanged. With builders and {@link
 * Coroutine#start(Body)}, the reactive type or coroutine fails with it.
 *
 * @param <T> the type of the value; a nullable type where the block or builder allows null
 * @param <X> the checked exception that the code may throw
 * @since 0.1.0
 */
@FunctionalInterface
public interface Body<T extends @Nullable Object, X extends Exception> {

  /**
   * Runs the code.
   *
   * @return its value
   * @throws X when the code fails
   */
  T call() throws X;
}
