package io.bridge.internal.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Handles of fields that several threads change. */
public final class Fields {

  private Fields() {}

  /**
   * Finds the handle of one field.
   *
   * @param lookup of the class that has the field
   * @param name the field's name
   * @param type the field's declared type
   * @return for a static final field, so that the compiler folds it
   */
  public static VarHandle handle(MethodHandles.Lookup lookup, String name, Class<?> type) {
    try {
      return lookup.findVarHandle(lookup.lookupClass(), name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
