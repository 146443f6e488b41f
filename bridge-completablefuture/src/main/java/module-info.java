/** Await stages and futures, and hand imperative code back as a CompletableFuture. */
module io.bridge.completablefuture {
  requires transitive io.bridge.core;
  requires static org.jspecify;

  exports io.bridge.completablefuture;
}
