package io.bridge.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * The body's end may be dealt with after the phase has changed and before its coroutine is
 * cancelled: this calls it at that moment.
 */
@DisplayName("B6 A12 the end of a body between the subscriber's cancel and the coroutine's")
@Timeout(60)
class EmitterEchoTest {

  /** Keeps what receives the body's end. */
  private static final class Keeping implements Subscriber<String> {
    private final List<EmitterSubscription<?>> kept = new ArrayList<>();

    @Override
    public void onSubscribe(Subscription subscription) {
      kept.add(((StreamHandle<?>) subscription).gate);
    }

    @Override
    public void onNext(String item) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }

  @Test
  @DisplayName("B6 A12 the echo of a cancel is no news, wrapped or not; another failure is")
  void wrappedEcho() {
    List<Throwable> lost = new CopyOnWriteArrayList<>();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Keeping subscriber = new Keeping();
    EmitterSubscription.<String>subscribe(
        "test",
        emitter -> {
          try {
            begun.countDown();
            emitter.emit("a");
          } finally {
            ended.countDown();
          }
        },
        null,
        subscriber,
        lost::add);
    EmitterSubscription<?> subscription = subscriber.kept.get(0);
    Eventually.until("the body runs", () -> begun.getCount() == 0);
    subscription.cancel();
    Eventually.until("the body ends", () -> ended.getCount() == 0);
    IOException failure = new IOException("of another kind");
    subscription.failed(new CancellationException("the subscriber has cancelled"));
    subscription.failed(new IllegalStateException(new CancellationException("wrapped")));
    subscription.failed(new IllegalStateException(new InterruptedException("wrapped")));
    subscription.failed(failure);
    assertThat(lost).containsExactly(failure);
  }
}
