package io.bridge.internal.await;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.CoroutineContext;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a sink does with a receiver that refuses or throws, and with a hook that throws. */
@DisplayName("A12 the sink of a conversion whose receiver wants nothing")
class ConversionSinkTest {

  private final RuntimeException failure = new RuntimeException("of the source");

  private final List<Object> lost = new ArrayList<>();
  private final Registration failures = Undeliverable.onFailure(lost::add);
  private final Registration values = Undeliverable.onDiscard(lost::add);
  private final Sink sink = new Sink();

  @AfterEach
  void close() {
    failures.close();
    values.close();
  }

  /** Takes what it gets, or not. */
  private static final class Sink extends ConversionSink<String> {
    private final List<Object> taken = new ArrayList<>();
    private boolean wanted = true;
    private @Nullable RuntimeException thrown;
    private @Nullable RuntimeException thrownByHook;

    private boolean take(Object outcome) {
      if (thrown != null) {
        throw thrown;
      }
      return wanted && taken.add(outcome);
    }

    @Override
    protected boolean succeeded(String value) {
      return take(value);
    }

    @Override
    protected boolean failed(Throwable failure) {
      return take(failure);
    }

    @Override
    protected void undeliverable(Throwable failure) {
      if (thrownByHook != null) {
        throw thrownByHook;
      }
      super.undeliverable(failure);
    }
  }

  @Test
  @DisplayName("A12 an outcome is wanted: passed on, once, and nothing is lost")
  void wanted() {
    assertThat(sink.receive("a")).isTrue();

    assertThat(sink.taken).containsExactly("a");
    assertThat(lost).isEmpty();
    assertThat(sink.receive("b")).isFalse();
    assertThat(sink.receiveFailure(failure)).isFalse();
  }

  @Test
  @DisplayName("A12 a value that the receiver does not want is given up")
  void unwantedValue() {
    sink.wanted = false;
    sink.resume("a");

    assertThat(lost).containsExactly("a");
  }

  @Test
  @DisplayName("A12 a failure that the receiver does not want is reported")
  void unwantedFailure() {
    sink.wanted = false;
    sink.fail(failure);

    assertThat(lost).containsExactly(failure);
  }

  @Test
  @DisplayName("A12 A5 a source that throws: what it registered runs, its failure is not lost")
  void unwantedFailureOfSubscribe() {
    List<String> stopped = new ArrayList<>();
    sink.wanted = false;
    sink.subscribeTo(suspension -> {
      suspension.onCancel(() -> stopped.add("stopped"));
      throw failure;
    });

    assertThat(stopped).containsExactly("stopped");
    assertThat(lost).containsExactly(failure);
  }

  @Test
  @DisplayName("A3 a sink that has ended begins no source")
  void endedBeforeSubscribe() {
    List<Object> begun = new ArrayList<>();
    sink.cancel();
    sink.subscribeTo(begun::add);

    assertThat(begun).isEmpty();
  }

  @Test
  @DisplayName(
      "A11 a receiver that throws: reported, not thrown into the source, and no value lost")
  void throwingReceiver() {
    sink.thrown = failure;
    sink.resume("a");

    assertThat(lost).containsExactly(failure);
  }

  @Test
  @DisplayName("A11 a receiver that throws at a failure: its own is reported, once")
  void throwingReceiverOfFailure() {
    sink.thrown = new IllegalStateException("of the receiver");
    sink.fail(failure);

    assertThat(lost).containsExactly(sink.thrown);
  }

  @Test
  @DisplayName("A11 A12 a hook of a library that throws: both failures go to Undeliverable")
  void throwingHook() {
    sink.wanted = false;
    sink.thrownByHook = new IllegalStateException("of the hook");
    sink.fail(failure);

    assertThat(lost).containsExactly(failure, sink.thrownByHook);
  }

  @Test
  @DisplayName("A6 whoever cancels has stopped the source: it has ended by any end, and not before")
  void cancelIfRequested() {
    Sink cancelled = new Sink();
    assertThat(sink.cancelIfRequested()).isFalse();
    sink.resume("a");
    cancelled.cancel();

    assertThat(sink.cancelIfRequested()).isTrue();
    assertThat(cancelled.cancelIfRequested()).isTrue();
  }

  @Test
  @DisplayName("C1 the context of the code that subscribes; no thread waits for the outcome")
  void context() {
    assertThat(sink.context()).isSameAs(CoroutineContext.current());
    assertThat(sink.isAwait()).isFalse();
  }
}
