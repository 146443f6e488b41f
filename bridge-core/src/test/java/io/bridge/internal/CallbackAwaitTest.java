package io.bridge.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.CoroutineContext;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C1 A16 what a source of ours sees of the await that it is subscribed by")
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
}
