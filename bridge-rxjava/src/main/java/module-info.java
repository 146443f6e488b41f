import io.bridge.internal.library.ReactiveLibrary;
import io.bridge.rxjava.internal.RxJavaLibrary;

/** Await the types of RxJava 3, and hand imperative code back as one. */
module io.bridge.rxjava {
  requires transitive io.bridge.core;
  requires transitive io.reactivex.rxjava3;
  requires static org.jspecify;

  exports io.bridge.rxjava;

  provides ReactiveLibrary with
      RxJavaLibrary;
}
