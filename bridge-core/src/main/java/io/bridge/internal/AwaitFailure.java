package io.bridge.internal;

import java.io.Serial;
import java.util.Arrays;
import java.util.concurrent.CompletionException;

/**
 * The layer that an await puts around a failure that it cannot throw as itself: a checked one, or
 * the cancellation of a foreign source (A7). Its stack trace is the place of the await. Code inside
 * a body may catch it; where it leaves a body, {@link Failures#bare} takes it off again. A {@code
 * CompletionException} that somebody else has made is never one of these.
 */
final class AwaitFailure extends CompletionException {

  @Serial private static final long serialVersionUID = 1L;

  AwaitFailure(Throwable failure) {
    super(failure);
    AwaitSite.addTo(this); // goes over to the failure with all that is suppressed here
  }

  /** The failure inside, with what user code and bridge have suppressed in this layer (A12). */
  Throwable takeOff() {
    Throwable failure = getCause();
    AwaitSite.addSiblings(failure, Arrays.asList(getSuppressed()));
    return failure;
  }

  /** A JVM without bridge reads a plain {@code CompletionException} (A8). */
  @Serial
  private Object writeReplace() {
    CompletionException plain = new CompletionException(getMessage(), getCause());
    plain.setStackTrace(getStackTrace());
    for (Throwable suppressed : getSuppressed()) {
      plain.addSuppressed(suppressed);
    }
    return plain;
  }
}
