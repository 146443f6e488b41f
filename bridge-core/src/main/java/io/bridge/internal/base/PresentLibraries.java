package io.bridge.internal.base;

import io.bridge.CoroutineContext;
import io.bridge.internal.context.ContextSnapshot;
import io.bridge.internal.failure.FailureLayers;
import java.util.Arrays;
import java.util.ServiceLoader;
import org.reactivestreams.Subscriber;

/** The hooks of the adapter modules that are present. */
public final class PresentLibraries {

  /** An array, so that an await on a plain thread needs no iterator (A4). */
  private static final LibraryHooks[] PRESENT =
      ServiceLoader.load(LibraryHooks.class, LibraryHooks.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toArray(LibraryHooks[]::new);

  /** The libraries that take part in {@link ContextSnapshot}. */
  public static final LibraryHooks[] CARRYING =
      Arrays.stream(PRESENT).filter(LibraryHooks::carriesThreadState).toArray(LibraryHooks[]::new);

  static {
    FailureLayers.load();
  }

  private PresentLibraries() {}

  /** The context of code that runs for {@code subscriber}, who subscribes on this thread. */
  public static CoroutineContext contextFor(Subscriber<?> subscriber) {
    CoroutineContext context = CoroutineContext.current();
    for (LibraryHooks library : PRESENT) {
      context = library.contextFor(subscriber, context);
    }
    return context;
  }

  /**
   * Lets the libraries propagate a new entry.
   *
   * @param context with the entry
   * @return with the libraries' additions
   */
  public static CoroutineContext bound(CoroutineContext context) {
    CoroutineContext bound = context;
    for (LibraryHooks library : PRESENT) {
      bound = library.bound(bound);
    }
    return bound;
  }

  static boolean anyRefuses(Thread thread) {
    for (LibraryHooks library : PRESENT) {
      if (library.refuses(thread)) {
        return true;
      }
    }
    return false;
  }
}
