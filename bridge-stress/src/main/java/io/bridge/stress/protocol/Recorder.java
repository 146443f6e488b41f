package io.bridge.stress.protocol;

import io.bridge.CoroutineContext;
import io.bridge.internal.await.Receiver;
import java.util.concurrent.atomic.AtomicInteger;

/** The receiving end of a conversion, which counts. */
public final class Recorder implements Receiver<Actors.Item> {

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

  public int outcomes() {
    return outcomes.get();
  }
}
