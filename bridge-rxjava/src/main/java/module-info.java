import io.bridge.internal.ReactiveLibrary;
import io.bridge.rxjava.internal.RxJavaEcosystem;

/** Awaits the types of RxJava 3, and makes them of imperative code. */
module io.bridge.rxjava {
  requires transitive io.bridge.core;
  requires transitive io.reactivex.rxjava3;
  requires static org.jspecify;

  exports io.bridge.rxjava;

  provides ReactiveLibrary with
      RxJavaEcosystem;
}
