package io.bridge.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * What bad use gets, for a whole facade: each number of each public static method, inherited ones
 * too, is at least one; less is refused with the parameter's name, before anything is done with the
 * other arguments.
 */
public final class SmallNumbers {

  private SmallNumbers() {}

  /**
   * One test for each number that a parameter must not be.
   *
   * @param facade the class to test, compiled with parameter names
   * @param instances the other arguments by their type, as {@link NullArguments#of} takes them
   */
  public static Stream<DynamicTest> of(Class<?> facade, Map<Class<?>, Object> instances) {
    return Arrays.stream(facade.getMethods())
        .filter(method -> Modifier.isStatic(method.getModifiers()))
        .flatMap(method ->
            IntStream.range(0, method.getParameterCount())
                .filter(i -> method.getParameterTypes()[i] == int.class)
                .boxed()
                .flatMap(i ->
                    Stream.of(0, -1, Integer.MIN_VALUE)
                        .map(number -> test(method, i, number, instances))));
  }

  private static DynamicTest test(
      Method method, int index, int number, Map<Class<?>, Object> instances) {
    String name = method.getParameters()[index].getName();
    return DynamicTest.dynamicTest(
        "what bad use gets: " + method.getName() + " refuses " + name + " = " + number,
        () -> check(method, index, number, instances));
  }

  private static void check(Method method, int index, int number, Map<Class<?>, Object> instances)
      throws IllegalAccessException {
    Object[] arguments =
        Arrays.stream(method.getParameterTypes())
            .map(type -> NullArguments.instance(type, instances))
            .toArray();
    arguments[index] = number;
    try {
      method.invoke(null, arguments);
    } catch (InvocationTargetException e) {
      String expected = method.getParameters()[index].getName() + ": " + number;
      if (e.getCause() instanceof IllegalArgumentException refusal
          && expected.equals(refusal.getMessage())) {
        return;
      }
      throw new AssertionError("expected " + expected, e.getCause());
    }
    throw new AssertionError(number + " was accepted");
  }
}
