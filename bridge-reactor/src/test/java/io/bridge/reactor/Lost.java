package io.bridge.reactor;

import io.bridge.Registration;
import io.bridge.Undeliverable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.publisher.Hooks;

/** Records what nobody could receive, in core and in Reactor's hooks, until it is closed. */
final class Lost implements AutoCloseable {

  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  final List<Object> values = new CopyOnWriteArrayList<>();
  final List<Throwable> droppedErrors = new CopyOnWriteArrayList<>();
  final List<Object> droppedItems = new CopyOnWriteArrayList<>();

  private final Registration failureHandler = Undeliverable.onFailure(failures::add);
  private final Registration discardAction = Undeliverable.onDiscard(values::add);

  Lost() {
    Hooks.onErrorDropped(droppedErrors::add);
    Hooks.onNextDropped(droppedItems::add);
  }

  @Override
  public void close() {
    failureHandler.close();
    discardAction.close();
    Hooks.resetOnErrorDropped();
    Hooks.resetOnNextDropped();
  }
}
