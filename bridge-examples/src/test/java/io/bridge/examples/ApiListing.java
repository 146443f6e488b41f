package io.bridge.examples;

import static java.util.stream.Collectors.joining;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a class file promises to those who compile or run against it, as lines of text: each public
 * type, and below it its public and protected members with type parameters, nullness and
 * exceptions.
 */
final class ApiListing {

  private ApiListing() {}

  /** The lines of {@code type} and of its public nested types, each its own block. */
  static Stream<String> of(Class<?> type) {
    if (!isVisible(type.getModifiers())) {
      return Stream.of();
    }
    List<String> members = new ArrayList<>();
    for (Field field : type.getDeclaredFields()) {
      add(members, field, ApiListing::field);
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      add(members, constructor, made -> executable(made, "<new>"));
    }
    for (Method method : type.getDeclaredMethods()) {
      if (!method.isBridge()) {
        add(members, method, ApiListing::method);
      }
    }
    members.sort(null);
    return Stream.concat(
        Stream.concat(Stream.of(type(type)), members.stream().map(member -> "  " + member)),
        Arrays.stream(type.getDeclaredClasses())
            .sorted((one, other) -> one.getName().compareTo(other.getName()))
            .flatMap(ApiListing::of));
  }

  private static <M extends Member> void add(
      List<String> members, M member, Function<M, String> line) {
    if (isVisible(member.getModifiers()) && !member.isSynthetic()) {
      members.add(line.apply(member));
    }
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static String type(Class<?> type) {
    String kind =
        type.isInterface()
            ? "interface"
            : type.isRecord() ? "record" : type.isEnum() ? "enum" : "class";
    // an interface is abstract; whether it is sealed is no modifier of a class file
    int modifiers =
        type.getModifiers() & ~(type.isInterface() ? Modifier.ABSTRACT | Modifier.INTERFACE : 0);
    return "%s%s %s %s%s%s%s"
        .formatted(
            Modifier.toString(modifiers),
            type.isSealed() ? " sealed" : "",
            kind,
            type.getName(),
            parameters(type.getTypeParameters()),
            type.isInterface() || type.getAnnotatedSuperclass() == null
                ? ""
                : " extends " + of(type.getAnnotatedSuperclass()),
            list(type.isInterface() ? " extends " : " implements ", type.getAnnotatedInterfaces()));
  }

  private static String field(Field field) {
    return "%s %s %s"
        .formatted(
            Modifier.toString(field.getModifiers()), of(field.getAnnotatedType()), field.getName());
  }

  private static String method(Method method) {
    return executable(method, (method.isDefault() ? "default " : "") + method.getName());
  }

  private static String executable(Executable executable, String name) {
    // synchronized is no promise; the bit of varargs is that of transient in a field
    int modifiers = executable.getModifiers() & ~Modifier.SYNCHRONIZED;
    String shown = Modifier.toString(modifiers & Modifier.methodModifiers());
    return "%s %s %s%s(%s)%s%s"
        .formatted(
            shown,
            of(executable.getAnnotatedReturnType()),
            name,
            parameters(executable.getTypeParameters()),
            Arrays.stream(executable.getAnnotatedParameterTypes())
                .map(ApiListing::of)
                .collect(joining(", ")),
            executable.isVarArgs() ? " varargs" : "",
            list(" throws ", executable.getAnnotatedExceptionTypes()));
  }

  private static String parameters(TypeVariable<?>[] variables) {
    return variables.length == 0
        ? ""
        : Arrays.stream(variables)
            .map(variable -> variable.getName() + list(" extends ", variable.getAnnotatedBounds()))
            .collect(joining(", ", "<", ">"));
  }

  private static String list(String before, AnnotatedType[] types) {
    return types.length == 0
        ? ""
        : Arrays.stream(types).map(ApiListing::of).collect(joining(", ", before, ""));
  }

  private static String of(AnnotatedType type) {
    return type.toString().replace("@org.jspecify.annotations.Nullable() ", "@Nullable ");
  }
}
