package io.bridge.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

/** What a script hands over: counts what is done with it. */
public final class Upstream implements Subscription {

  private final Runnable onRequest;
  private final List<Long> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger cancels = new AtomicInteger();
  private volatile @Nullable Thread requester;
  private volatile boolean overlapped;

  Upstream(Runnable onRequest) {
    this.onRequest = onRequest;
  }

  @Override
  public void request(long n) {
    requester = Thread.currentThread();
    requests.add(n);
    try {
      onRequest.run();
    } finally {
      requester = null;
    }
  }

  @Override
  public void cancel() {
    Thread requesting = requester;
    if (requesting != null && requesting != Thread.currentThread()) {
      overlapped = true;
    }
    cancels.incrementAndGet();
  }

  /** Whether the calling thread is inside the request. */
  boolean isRequesting() {
    return requester == Thread.currentThread();
  }

  /** Whether it was cancelled, for libraries that ask. */
  public boolean isCancelled() {
    return cancels.get() > 0;
  }

  @Override
  public String toString() {
    return use(requests, cancels.get()) + (overlapped ? ", not serial (RS 2.7)" : "");
  }

  /** How a use of an upstream is told, by the oracle too. */
  static String use(List<Long> requests, int cancels) {
    return "requests " + requests + " cancels " + cancels;
  }
}
