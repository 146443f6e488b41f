package io.bridge.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Leaks;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

@DisplayName("B6 10 000 cancelled bodies leave no thread, no subscription and no noise")
@Timeout(120)
class BuilderLeakTest {

  enum Builder {
    MONO,
    FLUX;

    Publisher<String> of(Callable<String> body) {
      return switch (this) {
        case MONO -> ReactorBridge.mono(body::call);
        case FLUX -> ReactorBridge.flux(emitter -> emitter.emit(body.call()));
      };
    }
  }

  /** Cancels itself where the phase says so. */
  private static final class Leaving extends BaseSubscriber<String> {
    private final Leaks.Phase phase;

    Leaving(Leaks.Phase phase) {
      this.phase = phase;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      if (phase == Leaks.Phase.IN_ON_SUBSCRIBE) {
        cancel();
      } else {
        requestUnbounded();
      }
    }

    @Override
    protected void hookOnNext(String item) {
      cancel();
    }
  }

  private static Runnable subscribe(Publisher<String> built, Leaks.Phase phase) {
    Leaving subscriber = new Leaving(phase);
    built.subscribe(subscriber);
    return subscriber::cancel;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B6 no hook of Reactor's is called, none of ours")
  void builder_cancelled_leavesNothing(Builder builder) {
    try (Lost lost = new Lost();
        Leaks leaks = new Leaks(ReactorBridge::await)) {
      leaks.run((phase, body) -> subscribe(builder.of(body), phase));
      assertThat(lost.failures).isEmpty();
      assertThat(lost.droppedErrors).isEmpty();
      assertThat(lost.droppedItems).isEmpty();
    }
  }
}
