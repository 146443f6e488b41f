package io.bridge.completablefuture;

import io.bridge.Registration;
import io.bridge.Undeliverable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records what nobody could receive, until it is closed. */
final class Lost implements AutoCloseable {

  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  final List<Object> values = new CopyOnWriteArrayList<>();

  private final Registration failureHandler = Undeliverable.onFailure(failures::add);
  private final Registration discardAction = Undeliverable.onDiscard(values::add);

  @Override
  public void close() {
    failureHandler.close();
    discardAction.close();
  }
}
