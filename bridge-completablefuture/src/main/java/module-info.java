/** Awaits stages and futures, and makes a CompletableFuture of imperative code. */
module io.bridge.completablefuture {
  requires transitive io.bridge.core;
  requires static org.jspecify;

  exports io.bridge.completablefuture;
}
