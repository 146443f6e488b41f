import io.bridge.internal.library.ReactiveLibrary;
import io.bridge.rxjava.internal.RxJavaLibrary;

/** Awaits the types of RxJava 3, and makes them of imperative code. */
module io.bridge.rxjava {
  requires transitive io.bridge.core;
  requires transitive io.reactivex.rxjava3;
  requires static org.jspecify;

  exports io.bridge.rxjava;

  provides ReactiveLibrary with
      RxJavaLibrary;
}
