package io.bridge.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Race;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The gate without a coroutine: the test is the emitter that goes to wait. */
@DisplayName("B4b races of who lets go of the subscriber, and who hands it back")
@Timeout(120)
class SubscriberHoldRaceTest {

  private static final int ROUNDS = 10_000;

  private static final class Idle implements Subscriber<String> {

    @Override
    public void onSubscribe(Subscription subscription) {}

    @Override
    public void onNext(String item) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }

  private static final class Stream {
    final Idle subscriber = new Idle();
    final EmitterSubscription<String> gate =
        new EmitterSubscription<>(subscriber, null, failure -> {});
    final StreamHandle<String> handle = new StreamHandle<>(gate, subscriber);
  }

  @Test
  @DisplayName("B4b let go of while there is no demand; a request hands it back before it returns")
  void handedBack() {
    Stream stream = new Stream();
    assertThat(stream.gate.mustWaitForDemand()).isTrue();
    assertThat(stream.gate.held()).isNull();
    assertThat(stream.gate.receiver()).isSameAs(stream.subscriber);
    stream.handle.request(1);
    assertThat(stream.gate.held()).isSameAs(stream.subscriber);
    assertThat(stream.gate.mustWaitForDemand()).isFalse();
    assertThat(stream.gate.held()).isSameAs(stream.subscriber);
    stream.handle.cancel();
    assertThat(stream.gate.receiver()).isNull();
  }

  @Test
  @DisplayName("B4b request against letting go: with demand it is held, whoever was first")
  void requestAgainstLettingGo() throws Exception {
    var outcomes =
        Race.run(
            ROUNDS,
            () -> {
              Stream stream = new Stream();
              return new Race.Round() {
                private boolean waits;

                @Override
                public void left() {
                  waits = stream.gate.mustWaitForDemand();
                }

                @Override
                public void right() {
                  stream.handle.request(1);
                }

                @Override
                public String outcome() {
                  assertThat(stream.gate.held()).as("waits: " + waits).isNotNull();
                  stream.handle.cancel();
                  return waits ? "handed back" : "kept";
                }
              };
            });
    assertThat(outcomes.keySet()).isSubsetOf("handed back", "kept");
  }

  @Test
  @DisplayName("B4b RS 3.13 cancel against letting go and asking for more: nothing is kept")
  void cancelAgainstHandingBack() throws Exception {
    var outcomes =
        Race.run(
            ROUNDS,
            () -> {
              Stream stream = new Stream();
              return new Race.Round() {
                @Override
                public void left() {
                  boolean unused = stream.gate.mustWaitForDemand();
                  stream.gate.request(1, stream.subscriber);
                }

                @Override
                public void right() {
                  stream.handle.cancel();
                }

                @Override
                public String outcome() {
                  assertThat(stream.gate.held()).isNull();
                  assertThat(stream.gate.receiver()).isNull();
                  return "dropped";
                }
              };
            });
    assertThat(outcomes).containsOnlyKeys("dropped");
  }
}
