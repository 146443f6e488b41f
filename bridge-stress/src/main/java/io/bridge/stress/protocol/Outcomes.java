package io.bridge.stress.protocol;

import io.bridge.CoroutineContext;
import io.bridge.internal.await.Receiver;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The receiving end of a conversion into a list, which counts. */
public final class Outcomes implements Receiver<List<Actors.Item>> {

  private final AtomicInteger values = new AtomicInteger();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile int items;

  @Override
  public boolean receive(List<Actors.Item> value) {
    items = value.size();
    values.incrementAndGet();
    return true;
  }

  @Override
  public boolean receiveFailure(Throwable failure) {
    failures.incrementAndGet();
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

  public int values() {
    return values.get();
  }

  public int items() {
    return items;
  }
}
