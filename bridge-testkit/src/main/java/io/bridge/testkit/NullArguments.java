package io.bridge.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/**
 * Section 8 of the contract for a whole facade: each parameter of each public static method,
 * inherited ones too, refuses null with its name, before anything is done with the other arguments.
 */
public final class NullArguments {

  private NullArguments() {}

  /**
   * One test for each parameter.
   *
   * @param facade the class to test, compiled with parameter names
   * @param instances the other arguments by their type; an interface needs none, it is taken by an
   *     object that must not be touched
   */
  public static Stream<DynamicTest> of(Class<?> facade, Map<Class<?>, Object> instances) {
    return Arrays.stream(facade.getMethods())
        .filter(method -> Modifier.isStatic(method.getModifiers()))
        .flatMap(method ->
            IntStream.range(0, method.getParameterCount())
                .filter(i -> !method.getParameterTypes()[i].isPrimitive())
                .mapToObj(i -> test(method, i, instances)));
  }

  private static DynamicTest test(Method method, int index, Map<Class<?>, Object> instances) {
    String types =
        Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", "));
    Parameter parameter = method.getParameters()[index];
    return DynamicTest.dynamicTest(
        "section 8: " + method.getName() + "(" + types + ") refuses a null " + parameter.getName(),
        () -> check(method, index, parameter, instances));
  }

  private static void check(
      Method method, int index, Parameter parameter, Map<Class<?>, Object> instances)
      throws IllegalAccessException {
    @Nullable Object[] arguments = new @Nullable Object[method.getParameterCount()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = i == index ? null : instance(method.getParameterTypes()[i], instances);
    }
    try {
      method.invoke(null, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof NullPointerException refusal
          && parameter.getName().equals(refusal.getMessage())) {
        return;
      }
      throw new AssertionError("expected a NullPointerException that names it", e.getCause());
    }
    throw new AssertionError("null was accepted");
  }

  static Object instance(Class<?> type, Map<Class<?>, Object> instances) {
    Object given = instances.get(type);
    if (given != null) {
      return given;
    }
    if (type == Class.class) {
      return Exception.class; // of a failure to be declared
    }
    if (type == int.class) {
      return 1;
    }
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, called, arguments) -> {
          throw new AssertionError("touched: " + called);
        });
  }
}
