package io.bridge.rxjava;

import io.bridge.Emitter;
import io.bridge.internal.EmitterSubscription;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.reactivestreams.Subscriber;

/**
 * A stream body as a Flowable: one coroutine for each subscriber.
 *
 * @param <T> the type of the items
 */
final class CoroutineFlowable<T> extends Flowable<T> {

  private final String name;
  private final Emitter.Body<T> body;

  private CoroutineFlowable(String name, Emitter.Body<T> body) {
    this.name = name;
    this.body = body;
  }

  static <T> Flowable<T> of(String name, Emitter.Body<T> body) {
    return RxJavaPlugins.onAssembly(new CoroutineFlowable<>(name, body));
  }

  @Override
  protected void subscribeActual(Subscriber<? super T> subscriber) {
    EmitterSubscription.subscribe(name, body, subscriber, RxJavaPlugins::onError);
  }
}
