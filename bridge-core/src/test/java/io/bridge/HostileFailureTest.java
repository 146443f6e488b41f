package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A11 B11 failures whose class overrides a getter that throws")
@Timeout(60)
class HostileFailureTest {

  private static final class BadCause extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // has no state
    public @Nullable Throwable getCause() {
      throw new NoClassDefFoundError("cause");
    }
  }

  private static final class BadMessage extends SocketException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("message");
    }
  }

  static Stream<Exception> failures() {
    return Stream.of(new BadCause(), new BadMessage());
  }

  @ParameterizedTest
  @MethodSource("failures")
  @DisplayName("A11 B11 a cancelled coroutine that fails with one ends, as failed")
  void coroutineEnds(Exception failure) throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          thread.complete(Thread.currentThread());
          Coroutine<?> self = Coroutine.current();
          if (self != null) {
            self.cancel();
          }
          throw failure;
        });
    assertThat(thread.get().join(Eventually.DEADLINE)).isTrue();
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.FAILED);
    assertThat(coroutine.failure()).isSameAs(failure);
  }
}
