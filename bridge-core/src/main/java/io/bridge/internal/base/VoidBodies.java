package io.bridge.internal.base;

import static java.util.Objects.requireNonNull;

import io.bridge.Body;
import io.bridge.VoidBody;
import org.jspecify.annotations.Nullable;

/** The two forms of a body: with a value and without. */
public final class VoidBodies {

  private VoidBodies() {}

  /**
   * The value form of a body without a value.
   *
   * @param body the code
   * @param <T> the type of the value that is always null
   * @param <X> the checked exception that the code may throw
   * @return a body that returns null
   */
  public static <T extends @Nullable Object, X extends Exception>
      Body<@Nullable T, X> returningNull(VoidBody<? extends X> body) {
    requireNonNull(body, "body");
    return () -> {
      body.run();
      return null;
    };
  }
}
