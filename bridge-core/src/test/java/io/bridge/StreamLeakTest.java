package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Flows;
import io.bridge.fixtures.Leaks;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("B6 10 000 cancelled stream bodies leave no thread, no subscription and no noise")
@Timeout(120)
class StreamLeakTest {

  /** Cancels itself where the phase says so. */
  private record Leaving(Drain drain, Leaks.Phase phase) implements Subscriber<String> {

    @Override
    public void onSubscribe(Subscription subscription) {
      drain.onSubscribe(subscription);
      if (phase == Leaks.Phase.IN_ON_SUBSCRIBE) {
        subscription.cancel();
      }
    }

    @Override
    public void onNext(String item) {
      drain.onNext(item);
      drain.cancel();
    }

    @Override
    public void onError(Throwable failure) {
      drain.onError(failure);
    }

    @Override
    public void onComplete() {
      drain.onComplete();
    }
  }

  private static void check(Function<Emitter.Body<String>, Publisher<String>> builder) {
    try (Undelivered lost = new Undelivered();
        Leaks leaks = new Leaks(Await::await)) {
      leaks.run((phase, body) -> subscribe(builder, phase, body));
      assertThat(lost.failures()).isEmpty();
    }
  }

  private static Runnable subscribe(
      Function<Emitter.Body<String>, Publisher<String>> builder,
      Leaks.Phase phase,
      Callable<String> body) {
    Drain drain = new Drain(Long.MAX_VALUE);
    builder.apply(emitter -> emitter.emit(body.call())).subscribe(new Leaving(drain, phase));
    return drain::cancel;
  }

  @Test
  @DisplayName("B6 publisher")
  void publisher() {
    check(Publishers::publisher);
  }

  @Test
  @DisplayName("B6 flowPublisher")
  void flowPublisher() {
    check(body -> Flows.through(Publishers.flowPublisher(body)));
  }
}
