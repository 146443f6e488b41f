package io.bridge.internal.coroutine;

/** The scope that a coroutine was forked into. */
public interface CoroutineParent {

  /** The last step of the child's thread. */
  void ended(RunningCoroutine<?> child);
}
