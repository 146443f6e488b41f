package io.bridge.internal.failure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a type that user code calls, so that {@link CallerFrames} finds the line of that code in a
 * stack trace. An internal class implements a public type, whose methods are the entries.
 */
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface EntryPoint {

  /** The public type that an internal class implements; the marked type itself if it is public. */
  Class<?> of() default void.class;
}
