package io.bridge.internal;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Publishers;
import java.lang.StackWalker.StackFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The code that called bridge: the frames below the last of the facade that was called. */
final class Callers {

  /** Enough to tell who awaits; a site is kept as long as its failure. */
  private static final int MAX_FRAMES = 32;

  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private Callers() {}

  /** The callers, the nearest first. */
  static List<StackTraceElement> all() {
    return STACK.walk(stack -> callers(stack, MAX_FRAMES));
  }

  /** The nearest caller, as text. */
  static String nearest() {
    List<StackTraceElement> callers = STACK.walk(stack -> callers(stack, 1));
    return callers.isEmpty() ? "an unknown caller" : callers.get(0).toString();
  }

  /** The callers in a stack that an exception has, the nearest first; the whole if none is one. */
  static StackTraceElement[] of(StackTraceElement[] stack) {
    boolean inFacade = false;
    for (int i = 0; i < stack.length; i++) {
      Class<?> type = ours(stack[i].getClassName());
      if (type != null && isFacade(type)) {
        inFacade = true;
      } else if (inFacade && (type == null || !isBetweenFacades(type))) {
        return Arrays.copyOfRange(stack, i, Math.min(stack.length, i + MAX_FRAMES));
      }
    }
    return stack;
  }

  /** The class of a frame, if the loader of this one knows it. */
  private static @Nullable Class<?> ours(String name) {
    try {
      return Class.forName(name, false, Callers.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  private static List<StackTraceElement> callers(Stream<StackFrame> stack, int limit) {
    List<StackTraceElement> callers = new ArrayList<>();
    boolean inFacade = false;
    for (Iterator<StackFrame> frames = stack.iterator();
        frames.hasNext() && callers.size() < limit; ) {
      StackFrame frame = frames.next();
      Class<?> type = frame.getDeclaringClass();
      boolean facade = callers.isEmpty() && isFacade(type);
      if (inFacade && !facade && !(callers.isEmpty() && isBetweenFacades(type))) {
        callers.add(frame.toStackTraceElement());
      }
      inFacade |= facade;
    }
    return callers;
  }

  /** Through which one method of a facade calls another. */
  private static boolean isBetweenFacades(Class<?> type) {
    return type == Failures.class
        || type == Ecosystems.class
        || Ecosystem.class.isAssignableFrom(type)
        || CancelFrame.class.isAssignableFrom(type)
        || type == ItemForks.class
        || type.getNestHost() == Bodies.class;
  }

  private static boolean isFacade(Class<?> type) {
    return Await.class.isAssignableFrom(type)
        || type == CursorInputStream.class
        || type == Coroutine.class
        || type == RunningCoroutine.class
        || type == RunningScope.class
        || type == ScopeHandle.class
        || type == CoroutineScope.class
        || type == Publishers.class
        || type == IterationCursor.class
        || type == EmitterSubscription.class;
  }
}
