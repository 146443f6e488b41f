package io.bridge.internal;

import io.bridge.CoroutineContext;
import java.util.concurrent.atomic.AtomicInteger;

/** The receiving end of a conversion, which counts. */
final class Recorder implements Receiver<Actors.Item> {

  private final AtomicInteger outcomes = new AtomicInteger();

  @Override
  public boolean receive(Actors.Item value) {
    outcomes.incrementAndGet();
    return true;
  }

  @Override
  public boolean receiveFailure(Throwable failure) {
    outcomes.incrementAndGet();
    return true;
  }

  @Override
  public boolean cancelIfRequested() {
    return false;
  }

  @Override
  public boolean isAwait() {
    return false;
  }

  @Override
  public CoroutineContext context() {
    return CoroutineContext.empty();
  }

  int outcomes() {
    return outcomes.get();
  }
}
