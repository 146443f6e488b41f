package io.bridge.internal.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.Undelivered;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("C1 A16 what a source of ours sees of the await that it is subscribed by")
@Timeout(60)
class CallbackAwaitTest {

  private static final CoroutineContext.Key<String> USER = CoroutineContext.Key.of("user");

  @Test
  @DisplayName("C1 the context of the code that awaits, and that a thread waits")
  void awaits() {
    List<Object> seen = new ArrayList<>();
    String value =
        CoroutineContext.<String, String, RuntimeException>with(
            USER,
            "me",
            () ->
                Await.<String>suspend(suspension -> {
                  Receiver<?> receiver = Receiver.of(suspension);
                  seen.add(receiver.context() == CoroutineContext.current());
                  seen.add(receiver.isAwait());
                  suspension.resume("value");
                }));

    assertThat(value).isEqualTo("value");
    assertThat(seen).containsExactly(true, true);
  }

  /** A source that blocks inside request on the awaiting thread, and fails by its interrupt. */
  private static Probe<String> blocking(CountDownLatch blocks) {
    return new Probe<String>()
        .onRequest(probe -> {
          try {
            blocks.countDown();
            new CountDownLatch(1).await();
          } catch (InterruptedException ofOurs) {
            probe.fail(ofOurs);
          }
        });
  }

  @Test
  @DisplayName("A7 A12 a converted source hands our cancellation back: cancelled, nothing is lost")
  void cancellationHandedBack() {
    CountDownLatch blocks = new CountDownLatch(1);
    Probe<String> source = blocking(blocks);
    try (Undelivered lost = new Undelivered()) {
      Coroutine<String> coroutine =
          Coroutine.start(() -> String.valueOf(Await.<String>await(Await.awaitable(source))));
      Eventually.until("it blocks", () -> blocks.getCount() == 0);
      coroutine.cancel("why");
      Eventually.until("it ends", coroutine::isDone);

      assertThat(coroutine.state()).isEqualTo(Coroutine.State.CANCELLED);
      assertThat(coroutine.failure())
          .isExactlyInstanceOf(CancellationException.class)
          .hasMessage("why");
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("A7 A9 the same by an interrupt of a plain thread, whose flag is up afterwards")
  void interruptHandedBack() {
    CountDownLatch blocks = new CountDownLatch(1);
    Probe<String> source = blocking(blocks);
    try (Undelivered lost = new Undelivered()) {
      Fork<Boolean> fork =
          Fork.platform(() -> {
            assertThatThrownBy(() -> Await.<String>await(Await.awaitable(source)))
                .isExactlyInstanceOf(CancellationException.class);
            return Thread.interrupted();
          });
      Eventually.until("it blocks", () -> blocks.getCount() == 0);
      fork.interrupt();

      assertThat(fork.join()).isTrue();
      assertThat(lost.failures()).isEmpty();
    }
  }
}
