package io.bridge;

import static io.bridge.Streams.publisher;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Nulls;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("B3, B5, section 8: what bad use of an Emitter, or by its subscriber, gets")
@Timeout(60)
class EmitterMisuseTest {

  @Test
  @DisplayName("B3 emit(null) throws a NullPointerException and leaves the stream usable")
  void emitNull() {
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    Drain drain = new Drain(1);
    publisher(
            emitter -> {
              inBody.set(catchThrowable(() -> emitter.emit(Nulls.<String>smuggled())));
              emitter.emit("a");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a");
    assertThat(drain.failure()).isNull();
    assertThat(inBody.get()).isInstanceOf(NullPointerException.class).hasMessage("item");
  }

  @Test
  @DisplayName("B4 section 8 an emitter after the normal end of its body: IllegalStateException")
  void emitAfterTheEnd() {
    AtomicReference<@Nullable Emitter<String>> kept = new AtomicReference<>();
    Drain drain = new Drain(Long.MAX_VALUE);
    publisher(kept::set).subscribe(drain);
    drain.awaitEnd();
    Emitter<String> emitter = kept.get();
    assertThat(emitter).isNotNull();
    if (emitter != null) {
      assertThatThrownBy(() -> emitter.emit("late"))
          .isExactlyInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> Coroutine.shield(() -> emitter.emit("late")))
          .isExactlyInstanceOf(IllegalStateException.class);
    }
    assertThat(drain.items()).isEmpty();
  }

  @Test
  @DisplayName("B4 section 8 emit from inside onNext: IllegalStateException, no deadlock")
  void emitInsideOnNext() {
    AtomicReference<@Nullable Emitter<String>> kept = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              Emitter<String> emitter = kept.get();
              if (emitter != null) {
                thrown.set(catchThrowable(() -> emitter.emit("nested")));
              }
            });
    publisher(
            emitter -> {
              kept.set(emitter);
              emitter.emit("a");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a");
    assertThat(thrown.get()).isExactlyInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisplayName("B5 a throwing onNext is rethrown from emit, cancels, and reports nothing if seen")
  void throwingOnNext() {
    IllegalStateException failure = new IllegalStateException("onNext");
    AtomicReference<@Nullable Throwable> first = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> second = new AtomicReference<>();
    CountDownLatch end = new CountDownLatch(1);
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              throw failure;
            });
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                first.set(catchThrowable(() -> emitter.emit("a")));
                second.set(catchThrowable(() -> emitter.emit("b")));
                end.countDown();
              })
          .subscribe(drain);
      Eventually.until("the end", () -> end.getCount() == 0);
      assertThat(first.get()).isSameAs(failure);
      assertThat(second.get()).isExactlyInstanceOf(CancellationException.class);
      assertThat(drain.items()).containsExactly("a");
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("B5 a throwing onNext whose failure leaves the body is reported once")
  void throwingOnNextUnseen() {
    IllegalStateException failure = new IllegalStateException("onNext");
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              throw failure;
            });
    try (Undelivered lost = new Undelivered()) {
      publisher(emitter -> emitter.emit("a")).subscribe(drain);
      Eventually.until("reported", () -> !lost.failures().isEmpty());
      assertThat(lost.failures()).containsExactly(failure);
      assertThat(drain.ends()).isZero();
    }
  }

  @Test
  @DisplayName("B3 emit(null) throws at once, also where there is no demand, and uses none up")
  void emitNullWithoutDemand() {
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    Drain drain = new Drain(0);
    publisher(
            emitter -> {
              inBody.set(catchThrowable(() -> emitter.emit(Nulls.<String>smuggled())));
              emitter.emit("a");
              emitter.emit("b");
            })
        .subscribe(drain);
    Eventually.until("refused", () -> inBody.get() != null);
    assertThat(inBody.get()).isInstanceOf(NullPointerException.class).hasMessage("item");
    assertThat(drain.items()).isEmpty();
    drain.request(2);
    assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
  }

  @Test
  @DisplayName("section 8 an emitter after the failure of its body: IllegalStateException")
  void emitAfterTheFailure() {
    AtomicReference<@Nullable Emitter<String>> kept = new AtomicReference<>();
    Drain drain = new Drain(Long.MAX_VALUE);
    publisher(
            emitter -> {
              kept.set(emitter);
              throw new IOException("disk");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isInstanceOf(IOException.class);
    Emitter<String> emitter = requireNonNull(kept.get());
    assertThatThrownBy(() -> emitter.emit("late")).isExactlyInstanceOf(IllegalStateException.class);
    assertThat(drain.items()).isEmpty();
    assertThat(drain.ends()).isEqualTo(1);
  }

  private static Drain throwing(Throwable failure) {
    return new Drain(Long.MAX_VALUE)
        .onNext((self, item) -> EmitterMisuseTest.<RuntimeException>sneaky(failure));
  }

  @SuppressWarnings("unchecked") // erased: a subscriber in another language may do that
  private static <X extends Throwable> void sneaky(Throwable failure) throws X {
    throw (X) failure;
  }

  @Test
  @DisplayName("B5 an Error or a checked exception out of onNext is rethrown from emit as itself")
  void throwingOnNextAnything() {
    for (Throwable failure : List.of(new StackOverflowError("onNext"), new IOException("onNext"))) {
      AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
      Drain drain = throwing(failure);
      try (Undelivered lost = new Undelivered()) {
        publisher(emitter -> seen.set(catchThrowable(() -> emitter.emit("a")))).subscribe(drain);
        Eventually.until("seen", () -> seen.get() != null);
        assertThat(seen.get()).isSameAs(failure);
        assertThat(drain.items()).containsExactly("a");
        assertThat(drain.ends()).isZero();
        assertThat(lost.failures()).isEmpty();
      }
    }
  }

  @Test
  @DisplayName("B5 a throwing onNext that another thread's emit meets cancels the blocking body")
  void throwingOnNextInChild() {
    IllegalStateException failure = new IllegalStateException("onNext");
    AtomicReference<@Nullable Throwable> inChild = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    Drain drain = throwing(failure);
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                Coroutine<@Nullable Void> child =
                    Coroutine.start(() -> inChild.set(catchThrowable(() -> emitter.emit("a"))));
                inBody.set(catchThrowable(Streams::sleep));
                Coroutine.shield(() -> {
                  child.await();
                });
              })
          .subscribe(drain);
      Eventually.until("both", () -> inChild.get() != null && inBody.get() != null);
      assertThat(inChild.get()).isSameAs(failure);
      assertThat(inBody.get()).isInstanceOf(InterruptedException.class);
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("B5 what a body throws after a throwing onNext is reported once, as thrown")
  void throwingOnNextWrapped() {
    IllegalStateException failure = new IllegalStateException("onNext");
    IOException wrapped = new IOException(failure);
    Drain drain = throwing(failure);
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                assertThat(catchThrowable(() -> emitter.emit("a"))).isSameAs(failure);
                throw wrapped;
              })
          .subscribe(drain);
      Eventually.until("reported", () -> !lost.failures().isEmpty());
      assertThat(lost.failures()).containsExactly(wrapped);
      assertThat(drain.ends()).isZero();
    }
  }
}
