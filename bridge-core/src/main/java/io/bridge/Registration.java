package io.bridge;

/**
 * The handle of something registered: a handler, a rule about threads, a timer.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {

  /** Takes the registration back; a second call does nothing. */
  @Override
  void close();
}
