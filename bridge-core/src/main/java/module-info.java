import io.bridge.internal.FailureLayer;
import io.bridge.internal.LibraryHooks;
import io.bridge.internal.ReactiveLibrary;

/** The core of bridge: awaits any publisher, and makes publishers of imperative code. */
module io.bridge.core {
  requires transitive org.reactivestreams;
  requires static transitive org.jspecify;

  exports io.bridge;
  exports io.bridge.internal to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;

  uses FailureLayer;
  uses LibraryHooks;
  uses ReactiveLibrary;
}
