package io.bridge.internal.coroutine;

import io.bridge.Coroutine;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.CurrentFrame;
import org.jspecify.annotations.Nullable;

/** The coroutine whose body the calling thread runs, in any frame of it. */
public final class CurrentCoroutine {

  private CurrentCoroutine() {}

  /** A body in place, or the coroutine of the thread; null outside, and inside signals. */
  public static @Nullable Coroutine<?> get() {
    CancelFrame frame = CurrentFrame.get();
    InPlaceFrame<?> inPlace = InPlaceFrame.around(frame);
    return inPlace != null ? inPlace.handle() : RunningCoroutine.running(frame);
  }
}
