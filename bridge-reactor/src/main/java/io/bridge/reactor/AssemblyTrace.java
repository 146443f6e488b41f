package io.bridge.reactor;

import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Puts the user's line into the traces of {@code Hooks.onOperatorDebug()}. Reactor records the
 * nearest stack frame outside Reactor, which is a frame of this library. So this class replaces it
 * by a checkpoint with the line that called the facade. Without that hook it does nothing.
 */
final class AssemblyTrace {

  private static final List<Class<?>> OURS =
      List.of(
          AssemblyTrace.class,
          ReactorBridge.class,
          AwaitableMono.class,
          CoroutineFlux.class,
          MapAwaitFlux.class);

  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private AssemblyTrace() {}

  /** Returns {@code assembled}, the result of Reactor's hooks for {@code source}, with our line. */
  @SuppressWarnings("unchecked") // the source of an assembly of a Mono of T
  static <T> Mono<T> of(Mono<T> source, Mono<T> assembled) {
    return assembled != source && traced(assembled) instanceof Mono<?> hooked
        ? ((Mono<T>) hooked).checkpoint(site())
        : assembled;
  }

  /** Returns {@code assembled}, the result of Reactor's hooks for {@code source}, with our line. */
  @SuppressWarnings("unchecked") // the source of an assembly of a Flux of T
  static <T> Flux<T> of(@Nullable Flux<T> source, Flux<T> assembled) {
    return assembled != source && traced(assembled) instanceof Flux<?> hooked
        ? ((Flux<T>) hooked).checkpoint(site())
        : assembled;
  }

  /** Returns the source inside a trace; null if {@code assembled} is not a trace. */
  private static @Nullable Object traced(Publisher<?> assembled) {
    Scannable outermost = Scannable.from(assembled);
    return outermost.scanOrDefault(Scannable.Attr.ACTUAL_METADATA, false)
        ? outermost.scanUnsafe(Scannable.Attr.PARENT)
        : null;
  }

  private static String site() {
    return STACK.walk(AssemblyTrace::site);
  }

  private static String site(Stream<StackFrame> stack) {
    String called = "bridge";
    for (Iterator<StackFrame> frames = stack.iterator(); frames.hasNext(); ) {
      StackFrame frame = frames.next();
      if (frame.getDeclaringClass() == ReactorBridge.class) {
        called = frame.getMethodName();
      } else if (!OURS.contains(frame.getDeclaringClass()) && !isReactors(frame)) {
        return plain(called) + " at " + line(frame);
      }
    }
    return plain(called);
  }

  /** Formats a frame like a stack trace without the module name, as Reactor does. */
  private static String line(StackFrame frame) {
    return "%s.%s(%s:%d)"
        .formatted(
            frame.getClassName(),
            frame.getMethodName(),
            frame.getFileName(),
            frame.getLineNumber());
  }

  /** Reactor's frames lie between a facade's function and the user's call of {@code transform}. */
  private static boolean isReactors(StackFrame frame) {
    return frame.getClassName().startsWith("reactor.core.publisher.");
  }

  /** Returns the name of the method around a lambda: mapAwait for lambda$mapAwait$0. */
  private static String plain(String method) {
    return method.startsWith("lambda$") ? method.split("\\$", 3)[1] : method;
  }
}
