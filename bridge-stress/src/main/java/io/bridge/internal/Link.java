package io.bridge.internal;

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

  /** As {@link FeedSubscriber} asks for more. */
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
