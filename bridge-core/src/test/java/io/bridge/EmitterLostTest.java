package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.internal.stream.EmitterSubscription;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The channel of a library is foreign code: Reactor's {@code onErrorDropped} may throw. */
@DisplayName("A12 what a stream body loses goes to its library's channel, whatever that does")
@Timeout(60)
class EmitterLostTest {

  private final IllegalStateException ofHook = new IllegalStateException("of the hook");
  private final IOException cleanup = new IOException("cleanup");
  private final CountDownLatch emits = new CountDownLatch(1);
  private final Undelivered undelivered = new Undelivered();

  @AfterEach
  void close() {
    undelivered.close();
  }

  private void failingCleanup(Emitter<String> emitter) throws IOException {
    emits.countDown();
    var unused = catchThrowable(() -> emitter.emit("not requested"));
    throw cleanup;
  }

  private void throwing(Throwable failure) {
    throw ofHook;
  }

  private static void subscribe(
      Emitter.Body<String> body, Subscriber<String> subscriber, Consumer<Throwable> lost) {
    EmitterSubscription.<String>subscribe("test", body, null, subscriber, lost::accept);
  }

  @Test
  @DisplayName("B2 RS 3.9 a channel that throws does not keep the subscriber from its onError")
  void illegalRequest() {
    Drain drain = new Drain(0);
    subscribe(this::failingCleanup, drain, this::throwing);
    Eventually.until("emits", () -> emits.getCount() == 0);
    drain.request(0);
    assertThat(drain.awaitEnd().failure()).isExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(undelivered.failures()).containsExactly(cleanup, ofHook);
  }

  @Test
  @DisplayName("A12 a failure after the cancel whose channel throws: both are reported")
  void cancelled() {
    Drain drain = new Drain(0);
    subscribe(this::failingCleanup, drain, this::throwing);
    Eventually.until("emits", () -> emits.getCount() == 0);
    drain.cancel();
    Eventually.until("both", () -> undelivered.failures().size() == 2);
    assertThat(undelivered.failures()).containsExactly(cleanup, ofHook);
    assertThat(drain.ends()).isZero();
  }

  @Test
  @DisplayName("A12 what an onComplete throws goes to the channel of its library, too")
  void throwingOnComplete() {
    List<Throwable> lost = new CopyOnWriteArrayList<>();
    subscribe(
        emitter -> {},
        new Subscriber<>() {
          @Override
          public void onSubscribe(Subscription subscription) {}

          @Override
          public void onNext(String item) {}

          @Override
          public void onError(Throwable failure) {}

          @Override
          public void onComplete() {
            throw ofHook;
          }
        },
        lost::add);
    Eventually.until("reported", () -> !lost.isEmpty());
    assertThat(lost).containsExactly(ofHook);
    assertThat(undelivered.failures()).isEmpty();
  }
}
