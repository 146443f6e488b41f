package io.bridge;

/**
 * The handle of something registered for the whole JVM; closing it takes the registration back.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {

  /** Takes the registration back; a second call does nothing. */
  @Override
  void close();
}
