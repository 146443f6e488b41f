package io.bridge.internal.failure;

import java.util.ServiceLoader;

/**
 * The layers of the libraries that are present. A class of its own, so that the end of a coroutine
 * needs no service loader: the first failure may be that there is no memory.
 */
public final class FailureLayers {

  private static final FailureLayer[] PRESENT =
      ServiceLoader.load(FailureLayer.class, FailureLayer.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toArray(FailureLayer[]::new);

  private FailureLayers() {}

  /** Looks for the libraries; called before the first failure. */
  public static void load() {}

  static Throwable inLayer(Throwable failure) {
    Throwable inner = failure;
    for (FailureLayer layer : PRESENT) {
      inner = layer.inLayer(inner);
    }
    return inner;
  }
}
