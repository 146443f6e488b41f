package io.bridge;

import io.bridge.fixtures.Cardinality;
import io.bridge.fixtures.HostileScripts;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Protocol;
import io.bridge.fixtures.Signals;
import io.bridge.fixtures.Upstream;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;

@DisplayName("A5 A11 A12 section 2: every script of four signals ends as the contract says")
@Timeout(120)
class HostileScriptsTest {

  record Link(Upstream upstream) implements Flow.Subscription {
    @Override
    public void request(long n) {
      upstream.request(n);
    }

    @Override
    public void cancel() {
      upstream.cancel();
    }
  }

  private static Signals flow(Flow.Subscriber<? super String> subscriber) {
    return Signals.of(
        upstream ->
            subscriber.onSubscribe(
                upstream == null ? Nulls.<Flow.Subscription>smuggled() : new Link(upstream)),
        subscriber::onNext,
        subscriber::onError,
        subscriber::onComplete);
  }

  static Stream<HostileScripts<?>.Suite> suites() {
    HostileScripts<Publisher<String>> publishers =
        new HostileScripts<>(
            "Publisher",
            Protocol.PUBLISHER,
            script -> subscriber -> script.accept(Signals.of(subscriber)));
    HostileScripts<Flow.Publisher<String>> flows =
        new HostileScripts<>(
            "Flow.Publisher",
            Protocol.PUBLISHER,
            script -> subscriber -> script.accept(flow(subscriber)));
    for (Kind kind : Kind.values()) {
      Cardinality cardinality = Cardinality.valueOf(kind.name());
      publishers.await(kind.name(), cardinality, source -> kind.of(source));
      flows.await(kind.name(), cardinality, source -> kind.of(source));
    }
    publishers
        .await("awaitable", Cardinality.AWAIT, s -> Await.await(Await.awaitable(s)))
        .await("awaitAll", Cardinality.AWAIT, s -> Await.awaitAll(Await.awaitable(s)).get(0))
        .await("awaitAny", Cardinality.AWAIT, s -> Await.awaitAny(Await.awaitable(s)));
    return Stream.concat(publishers.suites(), flows.suites());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("suites")
  @DisplayName("A5 A11 A12 the first legal outcome wins, the rest is Undeliverable")
  void scripts(HostileScripts<?>.Suite suite) throws Exception {
    try (Undelivered lost = new Undelivered()) {
      suite.play(lost.failures(), lost.values());
    }
  }
}
