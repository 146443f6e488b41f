package io.bridge.internal.cancel;

import org.jspecify.annotations.Nullable;

/** Work of many small steps, which the timer thread does in slices. */
abstract class SlicedWork {

  /** The next work of the timer thread. */
  @Nullable SlicedWork next;

  /** Does one step; false if there is none left. */
  abstract boolean step();
}
