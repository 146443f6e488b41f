package io.bridge.internal;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Publishers;
import java.lang.StackWalker.StackFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
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

  private static final List<Class<?>> FACADES =
      List.of(
          Coroutine.class,
          CoroutineScope.class,
          CoroutineContext.class,
          Publishers.class,
          Cursor.class,
          CursorInputStream.class);

  private Callers() {}

  /** The callers, the nearest first. */
  static List<StackTraceElement> all() {
    return STACK.walk(stack -> {
      List<StackTraceElement> callers = new ArrayList<>();
      for (StackFrame frame :
          callers(stack.iterator(), StackFrame::getDeclaringClass, MAX_FRAMES)) {
        callers.add(frame.toStackTraceElement());
      }
      return callers;
    });
  }

  /** The nearest caller, as text. */
  static String nearest() {
    List<StackFrame> callers =
        STACK.walk(stack -> callers(stack.iterator(), StackFrame::getDeclaringClass, 1));
    return callers.isEmpty()
        ? "an unknown caller"
        : callers.get(0).toStackTraceElement().toString();
  }

  /** The method that the caller has called, by its public name: {@code CoroutineScope.close}. */
  static String operation() {
    return STACK.walk(stack -> operation(stack.iterator()));
  }

  private static String operation(Iterator<StackFrame> frames) {
    String operation = "await";
    boolean inFacade = false;
    while (frames.hasNext()) {
      StackFrame frame = frames.next();
      String facade = facade(frame.getDeclaringClass());
      if (facade != null) {
        inFacade = true;
        operation = facade + "." + frame.getMethodName();
      } else if (inFacade && !isInternal(frame.getDeclaringClass())) {
        return operation;
      }
    }
    return operation;
  }

  /** The callers in a stack that an exception has, the nearest first; the whole if none is one. */
  static StackTraceElement[] of(StackTraceElement[] stack) {
    List<StackTraceElement> callers =
        callers(Arrays.asList(stack).iterator(), frame -> ours(frame.getClassName()), MAX_FRAMES);
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

  private static <F> List<F> callers(
      Iterator<F> frames, Function<F, @Nullable Class<?>> typeOf, int limit) {
    List<F> callers = new ArrayList<>();
    List<F> ofJdk = new ArrayList<>(); // the callers, if there is no other code
    boolean inFacade = false;
    while (frames.hasNext() && callers.size() < limit) {
      F frame = frames.next();
      @Nullable Class<?> type = callers.isEmpty() ? typeOf.apply(frame) : null;
      if (type != null && facade(type) != null) {
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

  /** The public name of a class of bridge's that users call; null for all other classes. */
  private static @Nullable String facade(Class<?> type) {
    if (Await.class.isAssignableFrom(type)) {
      return type.getSimpleName(); // an adapter's own
    }
    for (Class<?> facade : FACADES) {
      if (facade.isAssignableFrom(type)) {
        return facade.getSimpleName();
      }
    }
    return type == EmitterSubscription.class ? "Emitter" : null; // users may implement that, too
  }
}
