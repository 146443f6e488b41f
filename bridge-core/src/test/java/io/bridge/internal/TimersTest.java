package io.bridge.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Await;
import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.testkit.Eventually;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("T3 A17 what stays registered with the timer")
@Timeout(60)
class TimersTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  private static int registered() throws ReflectiveOperationException {
    var scheduler = Timers.class.getDeclaredField("scheduler");
    scheduler.setAccessible(true);
    return scheduler.get(Timers.SYSTEM) instanceof ScheduledThreadPoolExecutor timer
        ? timer.getQueue().size()
        : 0;
  }

  @Test
  @DisplayName("T3 10 000 blocks that returned in time, or failed, leave no timer registered")
  void blocks() throws ReflectiveOperationException {
    int before = registered();
    for (int i = 0; i < 10_000; i++) {
      String value = Coroutine.<String, RuntimeException>withTimeout(LONG, () -> "a");
      assertThat(value).isEqualTo("a");
    }
    assertThatThrownBy(() ->
            Coroutine.withTimeout(
                LONG,
                () -> {
                  throw new IllegalStateException("body");
                }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(registered()).isLessThanOrEqualTo(before);
  }

  @Test
  @DisplayName("T3 A17 cancelled delays and timed-out blocks leave no timer registered")
  void delays() throws ReflectiveOperationException {
    int before = registered();
    for (int i = 0; i < 100; i++) {
      Coroutine<@Nullable Void> delay = Coroutine.start(() -> Await.delay(LONG));
      delay.cancel();
      Eventually.until("the delay ends", delay::isDone);
    }
    assertThatThrownBy(() -> Coroutine.withTimeout(Duration.ofMillis(1), () -> Await.delay(LONG)))
        .isInstanceOf(AwaitTimeoutException.class);
    assertThat(registered()).isLessThanOrEqualTo(before);
  }
}
