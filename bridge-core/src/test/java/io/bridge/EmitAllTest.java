package io.bridge;

import static io.bridge.Streams.isParked;
import static io.bridge.Streams.publisher;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;

@DisplayName("B4a emitAll passes a publisher on")
@Timeout(60)
class EmitAllTest {

  private final Probe<String> source = new Probe<>();
  private final AtomicReference<@Nullable Thread> body = new AtomicReference<>();
  private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();

  /** A stream that passes the source on, and records what that throws. */
  private Publisher<String> passing() {
    return publisher(emitter -> {
      body.set(Thread.currentThread());
      try {
        emitter.emitAll(source);
      } catch (Throwable t) {
        thrown.set(t);
        throw t;
      }
    });
  }

  private void awaitParked() {
    Eventually.until("parked", () -> isParked(body.get()));
  }

  private List<Long> requests() {
    return source.requests();
  }

  @Test
  @DisplayName("B4a one item is requested when the subscriber has asked, none before")
  void demand() {
    Drain drain = new Drain(0);
    passing().subscribe(drain);
    source.awaitSubscriber();
    awaitParked();
    assertThat(requests()).isEmpty();

    drain.request(2);
    Eventually.until("a request", () -> requests().size() == 1);
    source.next("a");
    Eventually.until("a request", () -> requests().size() == 2);
    source.next("b");
    drain.awaitItems(2);
    awaitParked();
    assertThat(requests()).containsExactly(1L, 1L);

    source.complete();
    assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
    assertThat(drain.failure()).isNull();
    assertThat(drain.wasLawful()).isTrue();
    assertThat(source.cancels()).isZero();
  }

  @Test
  @DisplayName(
      "B4a the end of the source needs no demand, before the first item and after the last")
  void endWithoutDemand() {
    Drain empty = new Drain(0);
    passing().subscribe(empty);
    source.awaitSubscriber().complete();
    assertThat(empty.awaitEnd().failure()).isNull();

    IOException failure = new IOException("of the source");
    Drain failing = new Drain(0);
    passing().subscribe(failing);
    Eventually.until("the second", () -> source.subscriptions() == 2);
    source.fail(failure);
    assertThat(failing.awaitEnd().failure()).isSameAs(failure);
    assertThat(requests()).isEmpty();
  }

  @Test
  @DisplayName("B4a A7 a failure comes after the items, the same object; the body may catch it")
  void failure() {
    IOException checked = new IOException("of the source");
    Drain drain = new Drain(5);
    passing().subscribe(drain);
    source.awaitRequest().next("a").fail(checked);
    assertThat(drain.awaitEnd().items()).containsExactly("a");
    assertThat(drain.failure()).isSameAs(checked);
    assertThat(thrown.get()).isInstanceOf(CompletionException.class).hasCause(checked);

    Drain caught = new Drain(5);
    publisher(
            emitter -> {
              try {
                emitter.emitAll(source);
              } catch (CompletionException e) {
                emitter.emit("caught " + requireNonNull(e.getCause()).getMessage());
              }
            })
        .subscribe(caught);
    Eventually.until("the second", () -> source.subscriptions() == 2);
    source.fail(checked);
    assertThat(caught.awaitEnd().items()).containsExactly("caught of the source");
    assertThat(caught.failure()).isNull();
  }

  @Test
  @DisplayName("B4a a cancel of the subscriber cancels the source, whatever emitAll waits for")
  void cancel() {
    for (int demanded : new int[] {0, 1}) {
      Probe<String> cancelled = new Probe<>();
      CountDownLatch ended = new CountDownLatch(1);
      Drain drain = new Drain(demanded);
      publisher(
              emitter -> {
                body.set(Thread.currentThread());
                try {
                  emitter.emitAll(cancelled);
                } catch (Throwable t) {
                  thrown.set(t);
                  throw t;
                } finally {
                  ended.countDown();
                }
              })
          .subscribe(drain);
      cancelled.awaitSubscriber();
      awaitParked();
      drain.cancel();
      cancelled.awaitCancel();
      Eventually.until("the end of the body", () -> ended.getCount() == 0);
      assertThat(thrown.get()).isInstanceOf(CancellationException.class);
      assertThat(cancelled.requests()).hasSize(demanded);
    }
  }

  @Test
  @DisplayName("B4a B4 A12 an item that the subscriber does not get any more is discarded once")
  void heldItem() {
    try (Undelivered undelivered = new Undelivered()) {
      Drain drain = new Drain(1);
      passing().subscribe(drain);
      source.awaitRequest();
      source.onCancel(probe -> probe.next("late"));
      awaitParked();
      drain.cancel();
      source.awaitCancel();
      Eventually.until("discarded", () -> !undelivered.values().isEmpty());
      assertThat(undelivered.values()).containsExactly("late");
      assertThat(drain.items()).isEmpty();
    }
  }

  @Test
  @DisplayName("B4a several publishers, one after the other, and items in between")
  void sequence() {
    Drain drain = new Drain(10);
    publisher(
            emitter -> {
              emitter.emit("first");
              emitter.emitAll(Publishers.<String>fromIterable(List.of("a", "b")));
              emitter.emitAll(Publishers.<String>fromIterable(List.of()));
              emitter.emit("between");
              emitter.emitAll(Publishers.<String>publisher(inner -> inner.emit("c")));
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("first", "a", "b", "between", "c");
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B4a B4 coroutines of the body pass publishers on, one item at a time")
  void children() {
    Drain drain = new Drain(100);
    publisher(
            emitter -> {
              try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
                for (int i = 0; i < 5; i++) {
                  List<String> items = List.of(i + "a", i + "b", i + "c");
                  scope.fork(() -> emitter.emitAll(Publishers.<String>fromIterable(items)));
                }
                scope.join();
              }
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).hasSize(15).doesNotHaveDuplicates();
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B4a bad use: null, after the end, inside onNext; nothing is subscribed to")
  void badUse() {
    AtomicReference<@Nullable Emitter<String>> leaked = new AtomicReference<>();
    List<Throwable> failures = new ArrayList<>();
    Drain drain =
        new Drain(10)
            .onNext((self, item) ->
                failures.add(failureOf(() -> requireNonNull(leaked.get()).emitAll(source))));
    publisher(
            emitter -> {
              leaked.set(emitter);
              failures.add(failureOf(() -> emitter.emitAll(nothing())));
              emitter.emit("a");
            })
        .subscribe(drain);
    drain.awaitEnd();
    Emitter<String> ended = requireNonNull(leaked.get());

    assertThat(failures.get(0)).isInstanceOf(NullPointerException.class).hasMessage("source");
    assertThat(failures.get(1)).isInstanceOf(IllegalStateException.class);
    assertThat(failures).hasSize(2);
    assertThatThrownBy(() -> ended.emitAll(source)).isInstanceOf(IllegalStateException.class);
    assertThat(source.subscriptions()).isZero();
    assertThat(drain.failure()).isNull();
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // bad use
  private static <T> T nothing() {
    return null;
  }

  private static Throwable failureOf(VoidBody<Exception> code) {
    try {
      code.run();
    } catch (Throwable t) {
      return t;
    }
    throw new AssertionError("no failure");
  }

  @Test
  @DisplayName("B4a an emitter of the user's own gets each item")
  void userEmitter() {
    List<String> items = new ArrayList<>();
    Emitter<String> own = items::add;
    own.emitAll(Publishers.<String>fromIterable(List.of("a", "b")));
    assertThat(items).containsExactly("a", "b");
    assertThatThrownBy(() -> own.emitAll(nothing()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("source");
  }
}
