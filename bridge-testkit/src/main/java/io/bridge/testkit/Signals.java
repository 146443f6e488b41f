package io.bridge.testkit;

import org.jspecify.annotations.Nullable;

/** The observer under test, whatever its library calls it; a script may send it nulls. */
public interface Signals {

  /** Hands over an upstream. */
  void onSubscribe(@Nullable Upstream upstream);

  /** Sends an item, or the value where the library has one at most. */
  void onNext(@Nullable String item);

  /** Sends a failure. */
  void onError(@Nullable Throwable failure);

  /** Sends the end. */
  void onComplete();
}
