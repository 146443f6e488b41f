package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.flux;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Emitter;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

@DisplayName("B4 A12 an item that emit could not deliver goes to Reactor's discard hook, too")
@Timeout(60)
class EmitOwnsItemTest {

  private final Lost lost = new Lost();
  private final BodyRun<String> body = new BodyRun<>();

  @AfterEach
  void close() {
    lost.close();
  }

  private void numbers(Emitter<Integer> emitter) throws Exception {
    body.call(() -> {
      for (int i = 1; ; i++) {
        emitter.emit(i);
      }
    });
  }

  /** How the Flux is made. */
  interface Making {
    Flux<Integer> of(Emitter.Body<Integer> body);
  }

  static Stream<Named<Making>> makings() {
    return Stream.of(
        Named.of("flux", body -> flux(body)),
        Named.of("flux on a scheduler", body -> flux(Schedulers.parallel(), body)));
  }

  @ParameterizedTest
  @MethodSource("makings")
  @DisplayName("B4 the hook of the subscriber's Context and Undeliverable get it, once each")
  void cancelled(Making making) {
    List<Object> discarded = new CopyOnWriteArrayList<>();
    List<Integer> seen = new CopyOnWriteArrayList<>();
    BaseSubscriber<Integer> subscriber =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(1);
          }

          @Override
          protected void hookOnNext(Integer item) {
            seen.add(item);
          }
        };
    making.of(this::numbers).doOnDiscard(Integer.class, discarded::add).subscribe(subscriber);
    Eventually.until("one item", () -> seen.size() == 1);
    body.awaitParked();
    subscriber.cancel();
    Eventually.until("the body ends", body::isDone);
    assertThat(seen).containsExactly(1);
    assertThat(discarded).containsExactly(2);
    assertThat(lost.values).containsExactly(2);
    assertThat(lost.droppedErrors).isEmpty();
  }
}
