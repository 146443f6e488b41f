import io.bridge.internal.base.LibraryHooks;
import io.bridge.internal.failure.FailureLayer;
import io.bridge.internal.library.ReactiveLibrary;
import io.bridge.reactor.internal.ReactorHooks;
import io.bridge.reactor.internal.ReactorLibrary;

/** Awaits Mono and Flux, and makes them of imperative code. */
module io.bridge.reactor {
  requires transitive io.bridge.core;
  requires transitive reactor.core;
  requires static org.jspecify;
  requires static context.propagation;
  requires static reactor.blockhound; // its service entry is for the class path, as BlockHound is

  exports io.bridge.reactor;

  provides FailureLayer with
      ReactorLibrary;
  provides LibraryHooks with
      ReactorHooks;
  provides ReactiveLibrary with
      ReactorLibrary;
}
