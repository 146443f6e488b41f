package io.bridge.internal.scope;

import org.jetbrains.lincheck.datastructures.Operation;

/** Who may still enter a scope. */
public class CountOperations {

  private final ScopeCoroutines coroutines = new ScopeCoroutines(ScopeConfig.of(config -> config));

  @Operation
  public boolean enter() {
    try {
      coroutines.enter();
      return true;
    } catch (IllegalStateException closed) {
      return false;
    }
  }

  @Operation
  public void close() {
    coroutines.close();
  }

  @Operation
  public boolean isClosed() {
    return coroutines.isClosed();
  }

  @Operation
  public boolean isIdle() {
    return coroutines.isIdle();
  }
}
