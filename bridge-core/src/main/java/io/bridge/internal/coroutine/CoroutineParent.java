package io.bridge.internal.coroutine;

/** What a coroutine was forked into. */
public interface CoroutineParent {

  /** The last that the child's thread does. */
  void ended(RunningCoroutine<?> child);
}
