package io.bridge.reactor;

import io.bridge.fixtures.Probe;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/** A Mono in the hands of a test, legal or not. */
final class ProbedMono<T> extends Mono<T> {

  private final Probe<T> probe;

  ProbedMono(Probe<T> probe) {
    this.probe = probe;
  }

  @Override
  public void subscribe(CoreSubscriber<? super T> actual) {
    probe.subscribe(actual);
  }
}
