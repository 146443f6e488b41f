package io.bridge.rxjava;

import io.bridge.Emitter;
import io.bridge.internal.await.StreamSource;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.coroutine.InPlaceStream;
import io.bridge.internal.stream.EmitterSubscription;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * Presents a stream body as a Flowable: each subscriber gets a coroutine.
 *
 * @param <T> the type of the items
 */
final class CoroutineFlowable<T> extends Flowable<T> implements StreamSource<T> {

  private final String name;
  private final Emitter.Body<T> body;
  private final @Nullable Executor signals;

  private CoroutineFlowable(String name, Emitter.Body<T> body, @Nullable Executor signals) {
    this.name = name;
    this.body = body;
    this.signals = signals;
  }

  static <T> Flowable<T> of(String name, Emitter.Body<T> body, @Nullable Executor signals) {
    return RxJavaPlugins.onAssembly(new CoroutineFlowable<>(name, body, signals));
  }

  @Override
  protected void subscribeActual(Subscriber<? super T> subscriber) {
    EmitterSubscription.subscribe(name, body, signals, subscriber, RxJavaPlugins::onError);
  }

  @Override
  public boolean call(Subscriber<? super T> subscriber, @Nullable CancelFrame frame) {
    if (signals != null
        || frame == null
        || !InPlaceStream.isPossibleIn(frame)
        || RxJavaPlugins.getOnFlowableSubscribe() != null) {
      return false;
    }
    EmitterSubscription.call(
        name, body, frame, frame.context(), subscriber, RxJavaPlugins::onError);
    return true;
  }
}
