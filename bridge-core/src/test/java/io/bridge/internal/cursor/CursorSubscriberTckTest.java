package io.bridge.internal.cursor;

import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Tck;
import org.reactivestreams.Subscriber;

/** B1 for {@link CursorSubscriber}, with a loop on a virtual thread. */
public class CursorSubscriberTckTest extends Tck.OfSubscriber {

  @Override
  @SuppressWarnings("unchecked") // a subscriber of Long, which the probe withholds
  public Subscriber<Long> createSubscriber() {
    Probe<Long> probe = new Probe<Long>().onSubscribe(p -> {});
    Cursor<Long> items = Publishers.iterate(probe);
    Fork<String> unused = Fork.virtual(() -> items.forEachRemaining(item -> {}));
    return (Subscriber<Long>) probe.subscriber();
  }
}
