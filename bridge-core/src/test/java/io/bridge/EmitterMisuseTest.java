package io.bridge;

import static io.bridge.Streams.publisher;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.testkit.Eventually;
import io.bridge.testkit.Nulls;
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
}
