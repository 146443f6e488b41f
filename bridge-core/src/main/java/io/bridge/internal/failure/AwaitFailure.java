package io.bridge.internal.failure;

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

  /** As the source has signalled it. */
  private final transient Throwable signalled;

  /**
   * Creates the layer.
   *
   * @param failure what code sees
   * @param signalled what is seen outside; the same, but for a layer of the source's library
   */
  AwaitFailure(Throwable failure, Throwable signalled) {
    super(Failures.text(failure), failure);
    this.signalled = signalled;
    AwaitSite.addTo(this); // goes over to the failure with all that is suppressed here
  }

  /** The source's failure, with what user code and bridge have suppressed in this layer (A12). */
  Throwable takeOff() {
    AwaitSite.addSiblings(signalled, Arrays.asList(getSuppressed()));
    return signalled;
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
