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
 * The user's line in the traces of {@code Hooks.onOperatorDebug()}. Reactor notes the nearest frame
 * that is not its own, which is one of ours; a checkpoint with the line of the facade's caller
 * takes its place. Without that hook there is nothing to do.
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

  /** What Reactor's hooks have made of {@code source}. */
  @SuppressWarnings("unchecked") // the source of an assembly of a Mono of T
  static <T> Mono<T> of(Mono<T> source, Mono<T> assembled) {
    return assembled != source && traced(assembled) instanceof Mono<?> hooked
        ? ((Mono<T>) hooked).checkpoint(site())
        : assembled;
  }

  /** What Reactor's hooks have made of {@code source}. */
  @SuppressWarnings("unchecked") // the source of an assembly of a Flux of T
  static <T> Flux<T> of(@Nullable Flux<T> source, Flux<T> assembled) {
    return assembled != source && traced(assembled) instanceof Flux<?> hooked
        ? ((Flux<T>) hooked).checkpoint(site())
        : assembled;
  }

  /** What a trace was put around; null if none was. */
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

  /** As a stack trace has it, without the module, as Reactor shows lines. */
  private static String line(StackFrame frame) {
    return "%s.%s(%s:%d)"
        .formatted(
            frame.getClassName(),
            frame.getMethodName(),
            frame.getFileName(),
            frame.getLineNumber());
  }

  /** Between a facade's function and the user's {@code transform}. */
  private static boolean isReactors(StackFrame frame) {
    return frame.getClassName().startsWith("reactor.core.publisher.");
  }

  /** The method around a lambda: lambda$mapAwait$0. */
  private static String plain(String method) {
    return method.startsWith("lambda$") ? method.split("\\$", 3)[1] : method;
  }
}
