package io.bridge.reactor.internal;

import io.bridge.Suspension;
import io.bridge.internal.await.Fold;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import io.bridge.internal.cursor.Iteration;
import io.bridge.internal.library.ReactiveLibrary;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Publishers of no library: they may pass their subscriber on to a publisher of Reactor, which
 * finds the context there (C2). They have no queues, scalars or layers around failures.
 */
final class OtherPublishers implements ReactiveLibrary {

  @Override
  public boolean owns(Class<?> type) {
    return true;
  }

  @Override
  public <T, R extends @Nullable Object> R await(
      Publisher<? extends T> publisher, Fold<T, R> fold, @Nullable CancelFrame frame) {
    return new CoreSubscriberAwait<T, R>(fold, frame, null).await(publisher);
  }

  @Override
  public <T, R extends @Nullable Object> void pass(
      Publisher<? extends T> publisher, Fold<T, R> fold, Suspension<? super R> suspension) {
    new CoreSubscriberAwait<T, R>(fold, null, Receiver.of(suspension)).pass(publisher, suspension);
  }

  @Override
  public <T> void iterate(Publisher<? extends T> publisher, Iteration<T> iteration) {
    new CoreCursorSubscriber<>(iteration).begin(publisher);
  }

  @Override
  public <T> ItemSubscriber<T> feed(ItemReceiver<T> feed) {
    return new CoreItemSubscriber<>(feed, ReactorHooks.contextOf(feed.context(), feed.isAwait()));
  }
}
