package io.bridge.internal.failure;

import java.io.Serial;
import java.util.Arrays;
import java.util.concurrent.CompletionException;

/**
 * The layer that an await puts around a failure that it cannot throw as itself: a checked one, or
 * the cancellation of a foreign source (A7). Its stack trace is the place of the await. Code inside
 * a body may catch it; at the edge of a body {@link Failures#bare} removes it. A {@code
 * CompletionException} made by other code is never one of these.
 */
final class AwaitFailure extends CompletionException {

  @Serial private static final long serialVersionUID = 1L;

  /** The failure as signalled by the source. */
  private final transient Throwable signalled;

  /** Whether the place of the await was added. */
  final transient boolean withSite;

  /**
   * Creates the layer.
   *
   * @param failure the failure that code sees
   * @param signalled the failure seen outside; the same, unless the source's library put a layer
   *     around it
   * @param withSite whether the place of the await is not in the failure's own stack trace
   */
  AwaitFailure(Throwable failure, Throwable signalled, boolean withSite) {
    super(Failures.text(failure), failure);
    this.signalled = signalled;
    this.withSite = withSite;
    if (withSite) {
      AwaitSite.addTo(this); // moves to the failure with everything suppressed here
    }
  }

  /**
   * The source's failure, with the exceptions suppressed in this layer by user code and bridge
   * (A12).
   */
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
