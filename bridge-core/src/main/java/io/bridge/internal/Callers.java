package io.bridge.internal;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.Publishers;
import java.io.InputStream;
import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The code that called bridge: the frames below the last of the facade that was called. Frames of
 * the JDK between that and the first of other code, of an iterator or a stream for example, are not
 * the caller's.
 */
final class Callers {

  /** Enough to tell who awaits; a site is kept as long as its failure. */
  private static final int MAX_FRAMES = 32;

  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  /**
   * What users call. An implementation has methods of its own, which are no facade.
   *
   * @param type the public type
   * @param implementation a class of ours; for a type that is final or sealed the type itself
   * @param methods the names of the type's methods
   */
  private record Facade(Class<?> type, Class<?> implementation, Set<String> methods) {

    static Facade of(Class<?> type, Class<?> implementation) {
      Set<String> methods =
          Arrays.stream(type.getMethods()).map(Method::getName).collect(Collectors.toSet());
      return new Facade(type, implementation, methods);
    }

    static Facade of(Class<?> type) {
      return of(type, type);
    }

    boolean has(Class<?> caller, String method) {
      return implementation.isAssignableFrom(caller)
          && (!isInternal(caller) || methods.contains(method));
    }
  }

  private static final List<Facade> FACADES =
      List.of(
          Facade.of(Coroutine.class),
          Facade.of(CoroutineScope.class),
          Facade.of(CoroutineContext.class),
          Facade.of(Publishers.class),
          Facade.of(Cursor.class),
          Facade.of(Emitter.class, EmitterSubscription.class), // users may implement it, too
          Facade.of(InputStream.class, CursorInputStream.class));

  private Callers() {}

  /** The callers, the nearest first. */
  static List<StackTraceElement> all() {
    return STACK.walk(stack ->
        callers(stack.iterator(), MAX_FRAMES).stream()
            .map(StackFrame::toStackTraceElement)
            .toList());
  }

  /** The nearest caller, as text. */
  static String nearest() {
    List<StackFrame> callers = STACK.walk(stack -> callers(stack.iterator(), 1));
    return callers.isEmpty()
        ? "an unknown caller"
        : callers.get(0).toStackTraceElement().toString();
  }

  /** The method that the caller has called, by its public name: {@code CoroutineScope.close}. */
  static String operation() {
    return STACK.walk(stack -> operation(stack.iterator()));
  }

  private static String operation(Iterator<StackFrame> frames) {
    String operation = null;
    while (frames.hasNext()) {
      StackFrame frame = frames.next();
      String facade = facade(frame.getDeclaringClass(), frame.getMethodName());
      if (facade != null) {
        operation = facade + "." + frame.getMethodName();
      } else if (operation != null && !isInternal(frame.getDeclaringClass())) {
        break;
      }
    }
    return operation == null ? "await" : operation;
  }

  /** The callers in a stack that an exception has, the nearest first; the whole if none is one. */
  static StackTraceElement[] of(StackTraceElement[] stack) {
    List<StackTraceElement> callers =
        callers(
            Arrays.asList(stack).iterator(),
            frame -> ours(frame.getClassName()),
            StackTraceElement::getMethodName,
            MAX_FRAMES);
    return callers.isEmpty() ? stack : callers.toArray(StackTraceElement[]::new);
  }

  /** The class of a frame, if the loader of this one knows it. */
  private static @Nullable Class<?> ours(String name) {
    try {
      return Class.forName(name, false, Callers.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  private static List<StackFrame> callers(Iterator<StackFrame> frames, int limit) {
    return callers(frames, StackFrame::getDeclaringClass, StackFrame::getMethodName, limit);
  }

  private static <F> List<F> callers(
      Iterator<F> frames,
      Function<F, @Nullable Class<?>> typeOf,
      Function<F, String> methodOf,
      int limit) {
    List<F> callers = new ArrayList<>();
    List<F> ofJdk = new ArrayList<>(); // the callers, if there is no other code
    boolean inFacade = false;
    while (frames.hasNext() && callers.size() < limit) {
      F frame = frames.next();
      @Nullable Class<?> type = callers.isEmpty() ? typeOf.apply(frame) : null;
      if (type != null && facade(type, methodOf.apply(frame)) != null) {
        inFacade = true;
        ofJdk.clear();
      } else if (type != null && isOfJdk(type)) {
        if (inFacade && ofJdk.size() < limit) {
          ofJdk.add(frame);
        }
      } else if (inFacade && (type == null || !isInternal(type))) {
        callers.add(frame);
      }
    }
    return callers.isEmpty() ? ofJdk : callers;
  }

  /** A package of bridge's between its facades, which call one another. */
  private static boolean isInternal(Class<?> type) {
    String name = type.getPackageName();
    return name.startsWith("io.bridge.") && name.endsWith(".internal");
  }

  private static boolean isOfJdk(Class<?> type) {
    String name = type.getName();
    return name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("sun.");
  }

  /** The public name of a type of bridge's whose method users call; null of all other frames. */
  private static @Nullable String facade(Class<?> type, String method) {
    if (Await.class.isAssignableFrom(type)) {
      return type.getSimpleName(); // an adapter's own
    }
    for (Facade facade : FACADES) {
      if (facade.has(type, method)) {
        return facade.type.getSimpleName();
      }
    }
    return null;
  }
}
