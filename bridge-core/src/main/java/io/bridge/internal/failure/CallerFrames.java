package io.bridge.internal.failure;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

import java.lang.StackWalker.StackFrame;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The code that called bridge: the stack frames outside the outermost facade call. Frames of the
 * JDK between that call and the first other code, for example of an iterator or a stream, are
 * skipped.
 */
public final class CallerFrames {

  /** Enough to show the awaiting code; a site is kept as long as its failure. */
  private static final int MAX_FRAMES = 32;

  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  /** Of an internal class, the names of the public methods that it implements. */
  private static final ClassValue<Set<String>> PUBLIC_METHODS =
      new ClassValue<>() {
        @Override
        protected Set<String> computeValue(Class<?> type) {
          Class<?> facade = requireNonNull(type.getAnnotation(EntryPoint.class)).of();
          return Arrays.stream(facade.getMethods()).map(Method::getName).collect(toSet());
        }
      };

  private CallerFrames() {}

  /** Called before the first failure, which may be the end of the memory (B11). */
  static void load() {}

  /** The callers, the nearest first. */
  static List<StackTraceElement> all() {
    return STACK.walk(stack ->
        callers(stack.iterator(), MAX_FRAMES).stream()
            .map(StackFrame::toStackTraceElement)
            .toList());
  }

  /** The nearest caller, as text. */
  public static String nearest() {
    List<StackFrame> callers = STACK.walk(stack -> callers(stack.iterator(), 1));
    return callers.isEmpty()
        ? "an unknown caller"
        : callers.get(0).toStackTraceElement().toString();
  }

  /** The method that the caller has called, by its public name: {@code CoroutineScope.close}. */
  public static String operation() {
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

  /** The callers in an exception's stack, the nearest first; the whole stack if there are none. */
  public static StackTraceElement[] of(StackTraceElement[] stack) {
    List<StackTraceElement> callers =
        callers(
            Arrays.asList(stack).iterator(),
            frame -> ours(frame.getClassName()),
            StackTraceElement::getMethodName,
            MAX_FRAMES);
    return callers.isEmpty() ? stack : callers.toArray(StackTraceElement[]::new);
  }

  /** The class of a frame, if our class loader knows it. */
  private static @Nullable Class<?> ours(String name) {
    try {
      return Class.forName(name, false, CallerFrames.class.getClassLoader());
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
    List<F> ofJdk = new ArrayList<>(); // used if there is no other code
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

  /** Whether bridge's facades call one another through this type. */
  private static boolean isInternal(Class<?> type) {
    String name = type.getPackageName();
    return name.startsWith("io.bridge.") && name.contains(".internal");
  }

  private static boolean isOfJdk(Class<?> type) {
    String name = type.getName();
    return name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("sun.");
  }

  /** The public name of a type whose {@code method} users call; null for all other frames. */
  private static @Nullable String facade(Class<?> type, String method) {
    EntryPoint mark = mark(type, EntryPoint.class);
    if (mark == null) {
      return null;
    }
    if (mark.of() == void.class) {
      return type.getSimpleName();
    }
    boolean isPublic = !isInternal(type) || PUBLIC_METHODS.get(type).contains(method);
    return isPublic ? mark.of().getSimpleName() : null;
  }

  /** The mark of a class, which may be a user's, with annotations that cannot be read. */
  static <A extends Annotation> @Nullable A mark(Class<?> type, Class<A> annotation) {
    try {
      return type.getAnnotation(annotation);
    } catch (LinkageError | RuntimeException unreadable) {
      return null;
    }
  }
}
