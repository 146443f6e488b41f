package io.bridge.internal.failure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class that calls a source on the awaiting thread, so that {@link Interruptions} finds the
 * calls of an await in a stack trace.
 */
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface CallsSource {

  /** Whether an await begins in this class. */
  boolean entry() default false;
}
