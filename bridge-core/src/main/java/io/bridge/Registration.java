package io.bridge;

/**
 * The handle of a registration, such as a handler, a rule about threads or a timer. Close it to
 * remove the registration.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {

  /** Removes the registration; a second call does nothing. */
  @Override
  void close();
}
