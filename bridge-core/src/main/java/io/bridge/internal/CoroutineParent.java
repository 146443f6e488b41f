package io.bridge.internal;

/** What a coroutine was forked into. */
interface CoroutineParent {

  /** The last that the child's thread does. */
  void ended(RunningCoroutine<?> child);
}
