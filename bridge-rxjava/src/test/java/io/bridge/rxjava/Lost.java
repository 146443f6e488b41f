package io.bridge.rxjava;

import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.reactivex.rxjava3.exceptions.UndeliverableException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records what nobody could receive, in core and in RxJava's hook, until it is closed. */
final class Lost implements AutoCloseable {

  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  final List<Object> values = new CopyOnWriteArrayList<>();

  /** What reached the hook of RxJava. */
  final List<Throwable> rx = new CopyOnWriteArrayList<>();

  /** What reached the hook of RxJava, without RxJava's wrapper. */
  final List<Throwable> ofRxJava = new CopyOnWriteArrayList<>();

  private final Registration failureHandler = Undeliverable.onFailure(failures::add);
  private final Registration discardAction = Undeliverable.onDiscard(values::add);

  Lost() {
    RxJavaPlugins.setErrorHandler(failure -> {
      Throwable inner = failure instanceof UndeliverableException ? failure.getCause() : failure;
      rx.add(failure);
      ofRxJava.add(inner == null ? failure : inner);
    });
  }

  @Override
  public void close() {
    failureHandler.close();
    discardAction.close();
    RxJavaPlugins.reset();
  }
}
