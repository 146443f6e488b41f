module consumer.all {
  requires io.bridge.reactor;
  requires io.bridge.rxjava;
  requires io.bridge.completablefuture;
}
