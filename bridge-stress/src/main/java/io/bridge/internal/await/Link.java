package io.bridge.internal.await;

import io.bridge.internal.cursor.ItemSubscriber;
import io.bridge.stress.protocol.Actors;
import io.bridge.stress.protocol.Recorder;
import io.bridge.stress.protocol.Upstream;

/** A conversion of a source that hands over an {@link Upstream}. */
final class Link extends LinkedAwait<Upstream, Actors.Item> {

  Link(Recorder receiver) {
    super(null, receiver);
  }

  /** As a library's onSubscribe does. */
  void onSubscribe(Upstream upstream) {
    begin(upstream);
  }

  @Override
  protected void linked(Upstream upstream) {
    upstream.request();
  }

  /** As {@link ItemSubscriber} asks for more. */
  void requestMore() {
    Upstream upstream = occupy();
    if (upstream != null) {
      upstream.request();
      idle();
    }
  }

  @Override
  protected void cancel(Upstream upstream) {
    upstream.cancel();
  }
}
