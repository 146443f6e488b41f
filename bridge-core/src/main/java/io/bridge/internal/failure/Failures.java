package io.bridge.internal.failure;

import static java.util.Objects.requireNonNull;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How failures propagate: as the same object wherever it can be thrown as itself (A7). */
public final class Failures {

  /** Deeper cause chains than this are cyclic or absurd. */
  private static final int MAX_DEPTH = 64;

  private Failures() {}

  /**
   * Prepares what a failure needs. Called with the first await: the first failure may be the end of
   * the memory, and a class that cannot be initialised then stays unusable (B11).
   */
  public static void load() {
    AwaitSite.load();
    CallerFrames.load();
    ForeignLook.load();
    Interruptions.load();
  }

  /** The failure that code sees; see {@link FailureLayer#inLayer}. */
  public static Throwable inLayer(Throwable failure) {
    return FailureLayers.inLayer(failure);
  }

  /**
   * The exception of an await whose source failed with {@code failure}.
   *
   * @param signalled the failure of the source
   * @return the failure itself if it is unchecked, with the place of the await (A8); else a layer
   *     around it, whose stack trace is that place
   */
  public static RuntimeException thrown(Throwable signalled) {
    return thrown(signalled, true);
  }

  /**
   * Like {@link #thrown}, of a body that the await has called: its own stack trace has the place.
   *
   * @param thrown by the body
   * @return the exception of the await
   */
  public static RuntimeException thrownInPlace(Throwable thrown) {
    return thrown(thrown, false);
  }

  private static RuntimeException thrown(Throwable signalled, boolean withSite) {
    Throwable bare = bare(signalled);
    Throwable failure = inLayer(bare);
    if (failure instanceof Error error) {
      if (withSite) {
        AwaitSite.addTo(error);
      }
      throw error;
    }
    // The cancellation of a foreign source must not look like our own.
    if (failure instanceof RuntimeException unchecked
        && !(failure instanceof CancellationException)) {
      if (withSite) {
        AwaitSite.addTo(unchecked);
      }
      return unchecked;
    }
    Interruptions.remember(failure);
    return new AwaitFailure(failure, bare, withSite);
  }

  /**
   * The failure of a body, without the layer of an await that it only passed through: used at each
   * edge of a body, and wherever a failure is signalled, recorded or reported (A7). The user's own
   * layers stay.
   *
   * @param failure the exception thrown
   * @return the source's own failure; {@code failure} itself if no await has wrapped it
   */
  public static Throwable bare(Throwable failure) {
    Throwable inner = failure;
    while (inner instanceof AwaitFailure layer) {
      inner = layer.takeOff();
    }
    return inner;
  }

  /** The message of an exception made with this cause; the cause's code may throw or hang (A8). */
  public static String text(Throwable failure) {
    boolean foreign =
        ForeignLook.isOverridden(failure, "toString", "getLocalizedMessage", "getMessage");
    return foreign
        ? ForeignLook.into(failure, failure.getClass().getName(), failure::toString)
        : failure.toString();
  }

  /**
   * Removes the layer of an await, if its content is of a type that the caller declares.
   *
   * @param type the failure that is thrown as itself
   * @param await the await
   * @param <T> the type of the value
   * @param <X> the same as {@code type}
   * @return the result of the await
   * @throws X the failure of the source
   */
  public static <T extends @Nullable Object, X extends Throwable> T orThrow(
      Class<X> type, Supplier<T> await) throws X {
    requireNonNull(type, "type");
    try {
      return await.get();
    } catch (CompletionException e) {
      Throwable failure = unwrap(e);
      if (!type.isInstance(failure)) {
        throw e;
      }
      if (!(e instanceof AwaitFailure layer) || layer.withSite) {
        AwaitSite.addTo(failure);
      }
      throw type.cast(failure);
    }
  }

  /**
   * Removes the layers that stages and futures put around a failure.
   *
   * @param failure as the stage reports it
   * @return the first throwable below all {@code CompletionException}s and {@code
   *     ExecutionException}s
   */
  public static Throwable unwrap(Throwable failure) {
    Throwable inner = failure;
    for (int depth = 0; depth < MAX_DEPTH && isLayer(inner); depth++) {
      Throwable cause = causeOfLayer(inner);
      if (cause == null) {
        break;
      }
      inner = cause;
    }
    return inner;
  }

  private static @Nullable Throwable causeOfLayer(Throwable layer) {
    return ForeignLook.isOverridden(layer, "getCause")
        ? ForeignLook.<@Nullable Throwable>into(layer, null, layer::getCause)
        : layer.getCause();
  }

  private static boolean isLayer(Throwable failure) {
    return failure instanceof CompletionException || failure instanceof ExecutionException;
  }

  /** Whether {@code failure} only says that a cancelled body was interrupted or cancelled (B6). */
  public static boolean isCancelEcho(Throwable failure) {
    return failure instanceof CancellationException
        || failure instanceof InterruptedException
        || ForeignLook.into(failure, false, () -> hasCancelEcho(failure));
  }

  private static boolean hasCancelEcho(Throwable failure) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; depth < MAX_DEPTH && cause != null; depth++) {
      if (isInterruption(cause) || cause instanceof CancellationException) {
        return true;
      }
      cause = cause(cause);
    }
    return false;
  }

  /** The cause of a failure, null if its getter throws (A11). To be called inside a look. */
  static @Nullable Throwable cause(Throwable failure) {
    try {
      return failure.getCause();
    } catch (Throwable hostile) {
      return null;
    }
  }

  private static @Nullable String message(Throwable failure) {
    try {
      return failure.getMessage();
    } catch (Throwable hostile) { // as above
      return null;
    }
  }

  /** Recognises the exceptions by which blocking calls of the JDK report an interrupt. */
  private static boolean isInterruption(Throwable failure) {
    return failure instanceof InterruptedException
        || failure instanceof ClosedByInterruptException
        || failure instanceof FileLockInterruptionException
        || (failure instanceof InterruptedIOException
            && !(failure instanceof SocketTimeoutException))
        || (failure instanceof SocketException
            && "Closed by interrupt".equals(message(failure))); // of a virtual thread
  }
}
