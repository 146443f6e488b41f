module consumer.core {
  requires io.bridge.core;
}
