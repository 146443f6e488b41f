import io.bridge.internal.FailureLayer;
import io.bridge.internal.LibraryHooks;
import io.bridge.internal.ReactiveLibrary;
import io.bridge.reactor.internal.ReactorEcosystem;

/** Awaits Mono and Flux, and makes them of imperative code. */
module io.bridge.reactor {
  requires transitive io.bridge.core;
  requires transitive reactor.core;
  requires static org.jspecify;
  requires static context.propagation;
  requires static reactor.blockhound; // its service entry is for the class path, as BlockHound is

  exports io.bridge.reactor;

  provides FailureLayer with
      ReactorEcosystem;
  provides LibraryHooks with
      ReactorEcosystem;
  provides ReactiveLibrary with
      ReactorEcosystem;
}
