package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("A11 B8 mapAwait between a source and a subscriber that break their rules")
@Timeout(60)
class MapAwaitHostileTest {

  /** Hands the subscription to {@code first}, and all signals to a drain. */
  private record Opening(Drain drain, Consumer<Subscription> first) implements Subscriber<String> {
    @Override
    public void onSubscribe(Subscription subscription) {
      drain.onSubscribe(subscription);
      first.accept(subscription);
    }

    @Override
    public void onNext(String item) {
      drain.onNext(item);
    }

    @Override
    public void onError(Throwable failure) {
      drain.onError(failure);
    }

    @Override
    public void onComplete() {
      drain.onComplete();
    }
  }

  private final Undelivered lost = new Undelivered();
  private final Drain drain = new Drain(Long.MAX_VALUE);

  @AfterEach
  void close() {
    lost.close();
  }

  private Mapping mapping() {
    return new Mapping().subscribe(2, true, drain);
  }

  private void assertNothingLost() {
    assertThat(lost.failures()).isEmpty();
    assertThat(lost.values()).isEmpty();
  }

  // subscribers

  @Test
  @DisplayName("B8 a cancel inside onSubscribe: the source is not even subscribed to")
  void cancelInsideOnSubscribe() {
    Mapping mapping = new Mapping();
    mapping.subscribe(2, true, new Opening(drain, Subscription::cancel));
    assertThat(mapping.source.subscriptions()).isZero();
    assertThat(drain.ends()).isZero();
    assertNothingLost();
  }

  @Test
  @DisplayName(
      "B8 RS 3.9 request(0) inside onSubscribe: onError, and the source is not subscribed to")
  void illegalRequestInsideOnSubscribe() {
    Mapping mapping = new Mapping();
    mapping.subscribe(2, true, new Opening(drain, subscription -> subscription.request(0)));
    assertThat(mapping.source.subscriptions()).isZero();
    assertThat(drain.failure()).isInstanceOf(IllegalArgumentException.class);
    assertThat(drain.wasLawful()).isTrue();
    assertNothingLost();
  }

  @Test
  @DisplayName("B8 section 8 a null subscriber, and a concurrency below 1")
  void badUse() {
    Mapping mapping = new Mapping();
    assertThatThrownBy(() -> mapping.subscribe(1, true, Nulls.<Subscriber<String>>smuggled()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("subscriber");
    assertThatThrownBy(() -> mapping.subscribe(0, true, drain))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("concurrency");
    assertThat(mapping.source.subscriptions()).isZero();
  }

  // sources

  static Stream<Arguments> nullSignals() {
    Consumer<Probe<String>> item = probe -> probe.next(Nulls.<String>smuggled());
    Consumer<Probe<String>> failure = probe -> probe.fail(Nulls.<Throwable>smuggled());
    Consumer<Probe<String>> subscription =
        probe -> probe.subscriber().onSubscribe(Nulls.<Subscription>smuggled());
    return Stream.of(
        Arguments.of("item", item),
        Arguments.of("failure", failure),
        Arguments.of("subscription", subscription));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nullSignals")
  @DisplayName("A11 RS 2.13 a null signal fails the stream, and is thrown to the source, too")
  void nullSignal(String name, Consumer<Probe<String>> signal) {
    Mapping mapping = mapping().send("a");
    assertThatThrownBy(() -> signal.accept(mapping.source))
        .isInstanceOf(NullPointerException.class)
        .hasMessage(name);
    assertThat(drain.failure()).isInstanceOf(NullPointerException.class);
    assertThat(mapping.source.cancels()).isEqualTo(1);
    mapping.awaitSettled("a");
    assertNothingLost();
  }

  @Test
  @DisplayName("A11 RS 2.5 a second subscription is cancelled, the first goes on")
  void secondSubscription() {
    Mapping mapping = mapping();
    Probe<String> second = new Probe<>();
    mapping.source.subscriber().onSubscribe(second);
    assertThat(second.cancels()).isEqualTo(1);
    assertThat(second.requests()).isEmpty();
    mapping.send("a").finish("a");
    assertThat(drain.items()).containsExactly("A");
    assertThat(mapping.source.cancels()).isZero();
    assertNothingLost();
  }

  @Test
  @DisplayName("A11 more items than requested: the stream fails, the item is given up")
  void moreThanRequested() {
    Mapping mapping = mapping().send("a", "b");
    mapping.source.next("c");
    assertThat(drain.failure()).isInstanceOf(IllegalStateException.class);
    assertThat(mapping.source.cancels()).isEqualTo(1);
    mapping.awaitSettled("a", "b");
    assertThat(mapping.begun).doesNotContain("c");
    assertThat(lost.values()).containsExactly("c");
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest(name = "concurrency {0}")
  @ValueSource(ints = {2, Integer.MAX_VALUE})
  @DisplayName("A11 items before onSubscribe are taken, and upstream is asked when it comes")
  void itemsBeforeSubscription(int concurrency) {
    Mapping mapping = new Mapping();
    mapping.source.onSubscribe(probe -> {});
    mapping.subscribe(concurrency, true, drain).send("a").finish("a");
    assertThat(drain.items()).containsExactly("A");
    mapping.source.subscriber().onSubscribe(mapping.source);
    assertThat(mapping.requested()).isGreaterThanOrEqualTo(concurrency);
    mapping.send("b").finish("b").source.complete();
    assertThat(drain.items()).containsExactly("A", "B");
    assertThat(drain.ends()).isEqualTo(1);
    assertNothingLost();
  }

  static Stream<Arguments> lateSubscriptions() {
    BiConsumer<Probe<String>, Drain> completed = (probe, drain) -> probe.complete();
    BiConsumer<Probe<String>, Drain> failed = (probe, drain) -> probe.fail(new IOException("x"));
    BiConsumer<Probe<String>, Drain> cancelled = (probe, drain) -> drain.cancel();
    return Stream.of(
        Arguments.of("completed", completed, 1),
        Arguments.of("failed", failed, 1),
        Arguments.of("cancelled", cancelled, 0));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lateSubscriptions")
  @DisplayName("A5 A11 an onSubscribe after the end or the cancel: cancelled, nothing requested")
  void lateSubscription(String name, BiConsumer<Probe<String>, Drain> end, int ends) {
    Mapping mapping = new Mapping();
    mapping.source.onSubscribe(probe -> {});
    mapping.subscribe(2, true, drain);
    end.accept(mapping.source, drain);
    mapping.source.subscriber().onSubscribe(mapping.source);
    assertThat(drain.ends()).isEqualTo(ends);
    assertThat(mapping.source.cancels()).isEqualTo(1);
    assertThat(mapping.source.requests()).isEmpty();
    assertNothingLost();
  }

  @Test
  @DisplayName("A11 A12 signals after the end: one end, failures reported, items given up")
  void signalsAfterTheEnd() {
    Mapping mapping = mapping();
    IOException late = new IOException("late");
    mapping.source.complete().complete().fail(late).next("late");
    assertThat(drain.ends()).isEqualTo(1);
    assertThat(drain.failure()).isNull();
    assertThat(lost.failures()).containsExactly(late);
    assertThat(lost.values()).containsExactly("late");
  }

  @Test
  @DisplayName("A11 A12 a failure after a failure is reported, a completion after it ignored")
  void failureTwice() {
    IOException first = new IOException("first");
    IOException second = new IOException("second");
    mapping().source.fail(first).fail(second).complete();
    assertThat(drain.failure()).isSameAs(first);
    assertThat(drain.ends()).isEqualTo(1);
    assertThat(lost.failures()).containsExactly(second);
  }

  @ParameterizedTest(name = "in request: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("A11 what subscribe or request throws fails the stream, and upstream is cancelled")
  void throwingSource(boolean inRequest) {
    IllegalStateException thrown = new IllegalStateException("hostile");
    Probe.Reaction<String> hostile =
        probe -> {
          throw thrown;
        };
    Mapping mapping = new Mapping();
    if (inRequest) {
      mapping.source.onRequest(hostile);
    } else {
      mapping.source.onSubscribe(hostile);
    }
    mapping.subscribe(2, true, drain);
    assertThat(drain.failure()).isSameAs(thrown);
    assertThat(mapping.source.cancels()).isEqualTo(inRequest ? 1 : 0);
    assertNothingLost();
  }

  @Test
  @DisplayName("A11 a later request that throws fails the stream; the value before it is delivered")
  void throwingLaterRequest() {
    IllegalStateException thrown = new IllegalStateException("hostile");
    Mapping mapping = mapping().send("a", "b");
    mapping.source.onRequest(probe -> {
      throw thrown;
    });
    mapping.finish("a").awaitSettled("b");
    assertThat(drain.items()).containsExactly("A");
    assertThat(drain.failure()).isSameAs(thrown);
    assertThat(mapping.source.cancels()).isEqualTo(1);
    assertNothingLost();
  }

  @Test
  @DisplayName("A11 RS 3.15 an upstream whose cancel throws: reported, and everything ends")
  void throwingCancel() {
    IllegalStateException thrown = new IllegalStateException("hostile");
    Mapping mapping = mapping().send("a");
    mapping.source.onCancel(probe -> {
      throw thrown;
    });
    drain.cancel();
    mapping.awaitSettled("a");
    assertThat(lost.failures()).containsExactly(thrown);
  }

  @Test
  @DisplayName(
      "A11 RS 2.13 an onComplete and an onError that throw are reported, and throw nothing")
  void throwingEnds() {
    IllegalStateException thrown = new IllegalStateException("hostile");
    Subscriber<String> hostile =
        new Subscriber<>() {
          @Override
          public void onSubscribe(Subscription subscription) {}

          @Override
          public void onNext(String item) {}

          @Override
          public void onError(Throwable failure) {
            throw thrown;
          }

          @Override
          public void onComplete() {
            throw thrown;
          }
        };
    new Mapping().subscribe(1, true, hostile).source.complete();
    new Mapping().subscribe(1, true, hostile).source.fail(new IOException("source"));
    assertThat(lost.failures()).containsExactly(thrown, thrown);
  }
}
