package io.bridge.benchmarks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Callable;

/**
 * The JDK's StructuredTaskScope. It is a preview API, and code that names it would only run on the
 * one Java that compiled it; constant method handles are compiled like calls.
 */
final class JdkScope {

  private static final Callable<Integer> ONE = () -> 1;

  private static final MethodHandle OPEN;
  private static final MethodHandle FORK;
  private static final MethodHandle JOIN;
  private static final MethodHandle CLOSE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      String name = "java.util.concurrent.StructuredTaskScope";
      Class<?> scope = Class.forName(name);
      Class<?> subtask = Class.forName(name + "$Subtask");
      OPEN = generic(lookup.findStatic(scope, "open", MethodType.methodType(scope)));
      FORK =
          lookup
              .findVirtual(scope, "fork", MethodType.methodType(subtask, Callable.class))
              .asType(MethodType.methodType(Object.class, Object.class, Callable.class));
      JOIN = generic(lookup.findVirtual(scope, "join", MethodType.methodType(Object.class)));
      CLOSE =
          lookup
              .findVirtual(scope, "close", MethodType.methodType(void.class))
              .asType(MethodType.methodType(void.class, Object.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private JdkScope() {}

  private static MethodHandle generic(MethodHandle method) {
    return method.asType(method.type().generic());
  }

  /** Forks {@code children} and joins them, with the default joiner. */
  static void run(int children) throws Throwable {
    Object scope = (Object) OPEN.invokeExact();
    try {
      for (int i = 0; i < children; i++) {
        Object _ = (Object) FORK.invokeExact(scope, ONE);
      }
      Object _ = (Object) JOIN.invokeExact(scope);
    } finally {
      CLOSE.invokeExact(scope);
    }
  }
}
