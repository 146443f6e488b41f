package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Nulls;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("I4 fromIterable, fromIterator, fromStream")
@Timeout(60)
class BlockingSourcesTest {

  /** An iterator that is closed; counts how often. */
  private static final class Held implements Iterator<String>, AutoCloseable {
    private final Iterator<String> items;
    private final @Nullable RuntimeException ofClose;
    final AtomicInteger closes = new AtomicInteger();
    final AtomicReference<@Nullable Boolean> flagInClose = new AtomicReference<>();

    Held(Iterator<String> items, @Nullable RuntimeException ofClose) {
      this.items = items;
      this.ofClose = ofClose;
    }

    @Override
    public boolean hasNext() {
      return items.hasNext();
    }

    @Override
    public String next() {
      return items.next();
    }

    @Override
    public void close() {
      flagInClose.set(Thread.currentThread().isInterrupted());
      closes.incrementAndGet();
      if (ofClose != null) {
        throw ofClose;
      }
    }
  }

  /** The three ways of one source. */
  private enum Way {
    ITERABLE,
    ITERATOR,
    STREAM;

    Publisher<String> of(Held held) {
      return switch (this) {
        case ITERABLE -> Publishers.fromIterable(() -> held);
        case ITERATOR -> Publishers.fromIterator(held);
        case STREAM ->
            Publishers.fromStream(Stream.generate(held.items::next).onClose(held::close));
      };
    }
  }

  private static Iterator<String> endless(Runnable beforeEach) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public String next() {
        beforeEach.run();
        return "a";
      }
    };
  }

  /** An iterator that blocks for ever in its first item. */
  private static Iterator<String> blocking(CountDownLatch inside, CountDownLatch interrupted) {
    return endless(() -> {
      inside.countDown();
      try {
        Thread.sleep(60_000);
      } catch (InterruptedException e) {
        interrupted.countDown();
        throw new UncheckedIOException(new java.io.InterruptedIOException());
      }
    });
  }

  @Test
  @DisplayName("I4 fromIterable: a fresh iterator for each subscriber, none before")
  void iterable() {
    AtomicInteger iterators = new AtomicInteger();
    Publisher<String> publisher =
        Publishers.fromIterable(() -> {
          iterators.incrementAndGet();
          return List.of("a", "b").iterator();
        });
    assertThat(iterators).hasValue(0);
    for (int i = 1; i <= 3; i++) {
      assertThat(Await.awaitList(publisher)).containsExactly("a", "b");
      assertThat(iterators).hasValue(i);
    }
  }

  @Test
  @DisplayName("I4 B12 fromIterator, fromStream: a second subscriber gets an IllegalStateException")
  void oneSubscriber() {
    for (Publisher<String> publisher :
        List.of(
            Publishers.fromIterator(List.of("a", "b").iterator()),
            Publishers.fromStream(Stream.of("a", "b")))) {
      assertThatThrownBy(() -> publisher.subscribe(Nulls.<Subscriber<String>>smuggled()))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("subscriber"); // and does not take it
      Drain first = new Drain(0);
      publisher.subscribe(first);
      Drain second = new Drain(0);
      publisher.subscribe(second);
      assertThat(second.awaitEnd().failure())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("one subscriber");
      assertThat(first.request(3).awaitEnd().items()).containsExactly("a", "b");
      assertThat(first.failure()).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("I4 B2 items as they are requested, at most one ahead, on a virtual thread")
  void demand(Way way) {
    AtomicInteger taken = new AtomicInteger();
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    Held held =
        new Held(
            endless(() -> {
              thread.set(Thread.currentThread());
              taken.incrementAndGet();
            }),
            null);
    Drain drain = new Drain(0);
    way.of(held).subscribe(drain);
    for (int demanded : List.of(2, 5)) {
      drain.request(demanded - drain.items().size()).awaitItems(demanded);
      Eventually.until("waits for demand", () -> taken.get() == demanded + 1 && isParked(thread));
      assertThat(drain.items()).hasSize(demanded);
    }
    assertThat(thread.get()).matches(t -> t != null && t.isVirtual());
    assertThat(held.closes).hasValue(0);
    drain.cancel();
    Eventually.until("closed", () -> held.closes.get() == 1);
    assertThat(drain.ends()).isZero();
    assertThat(drain.wasLawful()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName(
      "I4 A12 of what a source gave, the item that is lost by a cancel is discarded, alone")
  void cancelDiscards(Way way) {
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    Iterator<String> items = List.of("a", "b", "c").iterator();
    Held held =
        new Held(
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return items.hasNext();
              }

              @Override
              public String next() {
                thread.set(Thread.currentThread());
                return items.next();
              }
            },
            null);
    Drain drain = new Drain(1);
    try (Undelivered lost = new Undelivered()) {
      way.of(held).subscribe(drain);
      drain.awaitItems(1);
      Eventually.until("waits for demand", () -> isParked(thread));
      drain.cancel();
      Eventually.until("closed", () -> held.closes.get() > 0);
      assertThat(lost.values()).containsExactly("b");
      assertThat(items).toIterable().containsExactly("c");
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("I4 A12 an item whose receiver cancels is the receiver's")
  void cancelledByTheReceiver(Way way) {
    Held held = new Held(endless(() -> {}), null);
    Drain drain = new Drain(Long.MAX_VALUE);
    drain.onNext((here, item) -> {
      if (here.items().size() == 2) {
        here.cancel();
      }
    });
    try (Undelivered lost = new Undelivered()) {
      way.of(held).subscribe(drain);
      Eventually.until("closed", () -> held.closes.get() > 0);
      assertThat(drain.items()).hasSize(2);
      assertThat(lost.values()).isEmpty();
    }
  }

  private static boolean isParked(AtomicReference<@Nullable Thread> thread) {
    Thread now = thread.get();
    return now != null && now.getState() == Thread.State.WAITING;
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("I4 B6 a blocking source is interrupted on cancel; it is closed once, flag down")
  void cancelInterrupts(Way way) {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Held held = new Held(blocking(inside, interrupted), null);
    Drain drain = new Drain(1);
    try (Undelivered lost = new Undelivered()) {
      way.of(held).subscribe(drain);
      Eventually.until("inside", () -> inside.getCount() == 0);
      drain.cancel();
      Eventually.until("interrupted", () -> interrupted.getCount() == 0);
      Eventually.until("closed", () -> held.closes.get() > 0);
      assertThat(held.flagInClose.get()).isFalse();
      assertThat(held.closes).hasValue(1);
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("I4 a failure fails the stream as the same object, after the source was closed")
  void failure(Way way) {
    IllegalStateException failure = new IllegalStateException("source");
    IllegalStateException ofClose = new IllegalStateException("close");
    Held held =
        new Held(
            endless(() -> {
              throw failure;
            }),
            ofClose);
    Drain drain = new Drain(1);
    way.of(held).subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(failure).hasSuppressedException(ofClose);
    assertThat(held.closes).hasValue(1);
  }

  @Test
  @DisplayName("I4 the source is closed before the end is signalled; what close throws fails it")
  void closedAtTheEnd() {
    IllegalStateException ofClose = new IllegalStateException("close");
    for (@Nullable RuntimeException thrown : Arrays.asList(null, ofClose)) {
      Held held = new Held(List.of("a").iterator(), thrown);
      AtomicBoolean closed = new AtomicBoolean();
      Runnable close =
          () -> {
            closed.set(true);
            held.close();
          };
      for (Publisher<String> publisher :
          List.of(
              Publishers.fromIterable(() -> held),
              Publishers.fromIterator(new Held(List.of("a").iterator(), thrown)),
              Publishers.fromStream(Stream.of("a").onClose(close)))) {
        Drain drain = new Drain(1);
        publisher.subscribe(drain);
        assertThat(drain.awaitEnd().failure()).isSameAs(thrown);
        assertThat(drain.items()).containsExactly("a");
      }
      assertThat(held.closes).hasValue(2);
      assertThat(closed).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("I4 A12 what close throws after a cancel is reported")
  void closeFailsAfterCancel(Way way) {
    IllegalStateException ofClose = new IllegalStateException("close");
    CountDownLatch inside = new CountDownLatch(1);
    Held held = new Held(blocking(inside, new CountDownLatch(1)), ofClose);
    Drain drain = new Drain(1);
    try (Undelivered lost = new Undelivered()) {
      way.of(held).subscribe(drain);
      Eventually.until("inside", () -> inside.getCount() == 0);
      drain.cancel();
      Eventually.until("reported", () -> !lost.failures().isEmpty());
      assertThat(lost.failures()).containsExactly(ofClose);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("I4 a null item fails the stream with a NullPointerException; the source is closed")
  void nullItem(Way way) {
    Held held = new Held(Arrays.asList("a", Nulls.<String>smuggled(), "b").iterator(), null);
    Drain drain = new Drain(Long.MAX_VALUE);
    way.of(held).subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isInstanceOf(NullPointerException.class);
    assertThat(drain.items()).containsExactly("a");
    assertThat(held.closes).hasValue(1);
  }

  /** Cancels inside onSubscribe. */
  private record Refusing(AtomicInteger signals) implements Subscriber<String> {

    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.cancel();
    }

    @Override
    public void onNext(String item) {
      signals.incrementAndGet();
    }

    @Override
    public void onError(Throwable failure) {
      signals.incrementAndGet();
    }

    @Override
    public void onComplete() {
      signals.incrementAndGet();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Way.class,
      names = {"ITERATOR", "STREAM"})
  @DisplayName("I4 closed once also if the subscriber cancels at once, before the body begins")
  void cancelledBeforeTheBody(Way way) {
    AtomicInteger signals = new AtomicInteger();
    Held refused = new Held(endless(() -> {}), null);
    way.of(refused).subscribe(new Refusing(signals));
    assertThat(refused.closes).hasValue(1);
    for (int i = 0; i < 500; i++) { // in most rounds the coroutine has not begun
      Held held = new Held(endless(() -> {}), null);
      Drain drain = new Drain(0);
      way.of(held).subscribe(drain);
      drain.cancel();
      Eventually.until("closed", () -> held.closes.get() == 1);
    }
    assertThat(signals).hasValue(0);
  }

  @Test
  @DisplayName("I4 fromIterator of a cursor: a cancel goes through to its publisher")
  void ofCursor() {
    io.bridge.fixtures.Probe<String> probe =
        new io.bridge.fixtures.Probe<String>().onRequest(p -> p.next("a"));
    Drain drain = new Drain(1);
    Publishers.fromIterator(Publishers.<String>iterate(probe, 1)).subscribe(drain);
    drain.awaitItems(1).cancel();
    probe.awaitCancel();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I4 fromStream pushes: an endless inner stream of a flatMap is not collected")
  void endlessFlatMap() {
    Drain drain = new Drain(3);
    AtomicInteger closes = new AtomicInteger();
    Publishers.fromStream(
            Stream.of("a")
                .flatMap(a -> Stream.iterate(a, s -> s + a))
                .onClose(closes::incrementAndGet))
        .subscribe(drain);
    assertThat(drain.awaitItems(3).items()).containsExactly("a", "aa", "aaa");
    drain.cancel();
    Eventually.until("closed", () -> closes.get() == 1);
  }

  @Test
  @DisplayName("I4 fromStream of a parallel stream keeps the order")
  void parallel() {
    List<Integer> items = Stream.iterate(0, i -> i + 1).limit(1000).toList();
    assertThat(Await.awaitList(Publishers.fromStream(items.parallelStream().map(i -> i))))
        .isEqualTo(items);
  }
}
