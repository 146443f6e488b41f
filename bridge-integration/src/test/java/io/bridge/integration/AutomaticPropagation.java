package io.bridge.integration;

import org.springframework.util.ClassUtils;
import reactor.core.publisher.Hooks;

/** Reactor's automatic context propagation, which tests run with and without. */
final class AutomaticPropagation {

  /** Whether io.micrometer:context-propagation is on the class path of this run. */
  static final boolean ON_CLASS_PATH =
      ClassUtils.isPresent("io.micrometer.context.ContextRegistry", null);

  private AutomaticPropagation() {}

  /** Whether a naive {@code block()} is helped by the hook where there is an accessor. */
  static boolean helps(boolean automatic) {
    return automatic && ON_CLASS_PATH;
  }

  /** Switches the hook, for the whole JVM. */
  static void set(boolean on) {
    if (on) {
      Hooks.enableAutomaticContextPropagation();
    } else {
      Hooks.disableAutomaticContextPropagation();
    }
  }
}
