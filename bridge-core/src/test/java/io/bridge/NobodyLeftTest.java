package io.bridge;

import static io.bridge.Streams.isParked;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Flows;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;

@DisplayName("B4b a body that waits for demand when nobody is left is cancelled and given back")
@Timeout(120)
class NobodyLeftTest {

  /** The body of a stream, as {@code run} records it. */
  private static Emitter.Body<String> in(BodyRun<String> run, Emitter.Body<String> body) {
    return emitter ->
        run.call(() -> {
          body.run(emitter);
          return "done";
        });
  }

  private static void collected(WeakReference<?> reference) {
    Eventually.until(
        "it is collected",
        () -> {
          System.gc();
          return reference.refersTo(null);
        });
  }

  private static void forEver(Emitter<String> emitter) {
    for (int i = 0; ; i++) {
      emitter.emit("item " + i);
    }
  }

  /** Subscribes with a demand of one; only the stream itself has the subscriber afterwards. */
  private static WeakReference<Drain> subscribed(Publisher<String> stream) {
    Drain drain = new Drain(1);
    stream.subscribe(drain);
    drain.awaitItems(1);
    return new WeakReference<>(drain);
  }

  static Stream<Named<Function<Emitter.Body<String>, Publisher<String>>>> streams() {
    return Stream.of(
        Named.of("publisher", Publishers::publisher),
        Named.of("publisher on an executor", body -> Publishers.publisher(Runnable::run, body)),
        Named.of("flowPublisher", body -> Flows.through(Publishers.flowPublisher(body))));
  }

  @ParameterizedTest
  @MethodSource("streams")
  @DisplayName("B4b cancelled, silently; the item that waited is given up, the thread ends")
  void vanished(Function<Emitter.Body<String>, Publisher<String>> stream) {
    BodyRun<String> body = new BodyRun<>();
    try (Undelivered lost = new Undelivered()) {
      WeakReference<Drain> subscriber = subscribed(stream.apply(in(body, NobodyLeftTest::forEver)));
      body.awaitParked();
      collected(subscriber);
      body.awaitGone();
      assertThat(body.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(lost.values()).containsExactly("item 1");
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("B4b a source that blocks is given back, and closed")
  void blockingSource() {
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    CountDownLatch closed = new CountDownLatch(1);
    Stream<String> endless =
        Stream.generate(() -> {
          thread.set(Thread.currentThread());
          return "item";
        });
    WeakReference<Drain> subscriber =
        subscribed(Publishers.fromStream(endless.onClose(closed::countDown)));
    Eventually.until("emit waits", () -> isParked(thread.get()));
    collected(subscriber);
    Eventually.until("closed", () -> closed.getCount() == 0);
  }

  @Test
  @DisplayName("B4b who has the subscription has the subscriber: nothing is cancelled")
  void subscriptionHeld() {
    BodyRun<String> body = new BodyRun<>();
    List<String> items = new CopyOnWriteArrayList<>();
    Drain drain = new Drain(1).onNext((self, item) -> items.add(item));
    Publishers.publisher(in(body, NobodyLeftTest::forEver)).subscribe(drain);
    drain.awaitItems(1);
    var subscription = drain.subscription();
    WeakReference<Drain> subscriber = new WeakReference<>(drain);
    drain = null;
    for (int round = 2; round < 6; round++) {
      body.awaitParked();
      collected(new WeakReference<>(new Object()));
      subscription.request(1);
      int wanted = round;
      Eventually.until("one more", () -> items.size() == wanted);
    }
    assertThat(subscriber.refersTo(null)).isFalse();
    subscription.cancel();
    body.awaitGone();
    collected(subscriber);
    assertThat(items).hasSize(5);
  }

  @Test
  @DisplayName("B4b who has the subscriber keeps the body, be it never asked for more")
  void subscriberHeld() {
    BodyRun<String> body = new BodyRun<>();
    Drain drain = new Drain(1);
    Publishers.publisher(in(body, NobodyLeftTest::forEver)).subscribe(drain);
    body.awaitParked();
    WeakReference<Drain> other = subscribed(Publishers.publisher(NobodyLeftTest::forEver));
    collected(other);
    assertThat(body.isDone()).isFalse();
    drain.cancel();
    body.awaitGone();
  }

  @Test
  @DisplayName("B4b a body that awaits something else keeps its subscriber, for what is to come")
  void notWaitingForDemand() {
    CountDownLatch go = new CountDownLatch(1);
    List<String> seen = new CopyOnWriteArrayList<>();
    Publishers.<String>publisher(
            emitter -> {
              emitter.emit("first");
              go.await();
              emitter.emit("second");
            })
        .subscribe(new Drain(2).onNext((self, item) -> seen.add(item)));
    Eventually.until("the first", () -> seen.size() == 1);
    collected(new WeakReference<>(new Object()));
    go.countDown();
    Eventually.until("the second", () -> seen.size() == 2);
  }

  @Test
  @DisplayName("B4b demand that nobody waits behind is served: the subscriber is there until then")
  void askedAndDropped() {
    List<String> seen = new CopyOnWriteArrayList<>();
    BodyRun<String> body = new BodyRun<>();
    askOnceMore(body, seen);
    body.awaitGone();
    assertThat(seen).containsExactly("item 0", "item 1");
  }

  /** Nothing but the stream has the subscriber afterwards, whose demand is not served yet. */
  private static void askOnceMore(BodyRun<String> body, List<String> seen) {
    Drain drain = new Drain(1).onNext((self, item) -> seen.add(item));
    Publishers.publisher(in(body, NobodyLeftTest::forEver)).subscribe(drain);
    drain.awaitItems(1);
    body.awaitParked();
    drain.request(1);
  }

  @Test
  @DisplayName("B4b B2 after a wait that a timeout has ended, the end of the body is signalled")
  void endAfterTimeout() {
    Drain drain = new Drain(0);
    publisherThatTimesOut().subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isNull();
    assertThat(drain.items()).isEmpty();
  }

  private static Publisher<String> publisherThatTimesOut() {
    return Publishers.publisher(emitter ->
        Coroutine.withTimeoutOrNull(
            Duration.ofMillis(1),
            () -> {
              emitter.emit("too late");
              return "";
            }));
  }

  @Test
  @DisplayName("B4b a thread of the body's scope waits: the whole body is cancelled")
  void forked() {
    BodyRun<String> body = new BodyRun<>();
    AtomicReference<@Nullable Thread> child = new AtomicReference<>();
    WeakReference<Drain> subscriber =
        subscribed(
            Publishers.publisher(
                in(
                    body,
                    emitter -> {
                      try (var scope = CoroutineScope.open()) {
                        scope.fork(() -> {
                          child.set(Thread.currentThread());
                          forEver(emitter);
                        });
                        scope.join();
                      }
                    })));
    Eventually.until("the child waits", () -> isParked(child.get()));
    collected(subscriber);
    body.awaitGone();
    assertThat(requireNonNull(child.get()).isAlive()).isFalse();
  }
}
