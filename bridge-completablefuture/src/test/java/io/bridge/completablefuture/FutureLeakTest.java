package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.completablefuture.CompletableFutureBridge.future;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Leaks;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("B6 10 000 cancelled futures leave no thread, no subscription and no noise")
@Timeout(120)
class FutureLeakTest {

  private static Runnable start(Leaks.Phase phase, Callable<String> body) {
    CompletableFuture<String> future = future(body::call);
    if (phase == Leaks.Phase.IN_SIGNAL) {
      var unused = future.whenComplete((value, failure) -> future.cancel(true));
    }
    return () -> future.cancel(true);
  }

  @Test
  @DisplayName("B6 nothing is reported")
  void future_cancelled_leavesNothing() {
    try (Lost lost = new Lost();
        Leaks leaks = new Leaks(source -> await(source))) {
      leaks.run(FutureLeakTest::start);
      assertThat(lost.failures).isEmpty();
    }
  }
}
