package io.bridge.integration;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;

/** The MDC as context-propagation knows it; not loaded where that library is absent. */
final class Mdc {

  // tag::key[]
  /** The key under which a Reactor Context has a whole MDC, a map. */
  static final String KEY = Slf4jThreadLocalAccessor.KEY;

  // end::key[]

  private Mdc() {}

  // tag::register[]
  static void register() { // once, when the application starts
    ContextRegistry.getInstance().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());
  }

  // end::register[]

  static void unregister() {
    ContextRegistry.getInstance().removeThreadLocalAccessor(KEY);
  }
}
