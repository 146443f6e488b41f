import io.bridge.internal.base.LibraryHooks;
import io.bridge.internal.failure.FailureLayer;
import io.bridge.internal.library.ReactiveLibrary;

/** The core of bridge: awaits any publisher, and makes publishers of imperative code. */
module io.bridge.core {
  requires transitive org.reactivestreams;
  requires static transitive org.jspecify;

  exports io.bridge;
  exports io.bridge.internal.await to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;
  exports io.bridge.internal.base to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;
  exports io.bridge.internal.cancel to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;
  exports io.bridge.internal.context to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;
  exports io.bridge.internal.coroutine to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;
  exports io.bridge.internal.cursor to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;
  exports io.bridge.internal.failure to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;
  exports io.bridge.internal.library to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;
  exports io.bridge.internal.mapping to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;
  exports io.bridge.internal.stream to
      io.bridge.reactor,
      io.bridge.rxjava,
      io.bridge.completablefuture;

  uses FailureLayer;
  uses LibraryHooks;
  uses ReactiveLibrary;
}
