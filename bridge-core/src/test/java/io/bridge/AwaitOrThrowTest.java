package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Nulls;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;

@DisplayName("A7 awaitOrThrow: a checked failure of one type as itself")
@Timeout(60)
class AwaitOrThrowTest {

  /** The three forms of it. */
  enum Form {
    PUBLISHER {
      @Override
      @Nullable String await(Items source, Class<? extends Throwable> type) throws Throwable {
        return Await.<String, Throwable>awaitOrThrow(source, throwable(type));
      }
    },
    FLOW {
      @Override
      @Nullable String await(Items source, Class<? extends Throwable> type) throws Throwable {
        return Await.<String, Throwable>awaitOrThrow(
            FlowAdapters.toFlowPublisher(source), throwable(type));
      }
    },
    AWAITABLE {
      @Override
      @Nullable String await(Items source, Class<? extends Throwable> type) throws Throwable {
        return Await.<@Nullable String, Throwable>awaitOrThrow(
            Await.<String>awaitable(source), throwable(type));
      }
    };

    abstract @Nullable String await(Items source, Class<? extends Throwable> type) throws Throwable;

    @SuppressWarnings("unchecked") // X is only what the compiler lets through
    private static Class<Throwable> throwable(Class<? extends Throwable> type) {
      return (Class<Throwable>) type;
    }

    Throwable failure(Throwable failure, Class<? extends Throwable> type) {
      return catchThrowable(() -> await(Items.failing(failure), type));
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  @DisplayName("A7 the value, null for empty")
  void value(Form form) throws Throwable {
    assertThat(form.await(Items.of("a"), IOException.class)).isEqualTo("a");
    assertThat(form.await(Items.of(), IOException.class)).isNull();
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  @DisplayName("A7 A8 that type and its subtypes as themselves, with the place of the await")
  void thatType(Form form) {
    for (IOException failure : List.of(new IOException("a"), new FileNotFoundException("b"))) {
      assertThat(form.failure(failure, IOException.class)).isSameAs(failure);
      assertThat(failure.getSuppressed()).hasSize(1);
      assertThat(failure.getSuppressed()[0].getMessage()).contains("io.bridge.AwaitOrThrowTest");
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  @DisplayName("A7 another checked type stays in its CompletionException, untouched")
  void anotherType(Form form) {
    TimeoutException failure = new TimeoutException("another");
    assertThat(form.failure(failure, IOException.class))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(failure);
    assertThat(failure).hasNoSuppressedExceptions();
    IOException supertype = new IOException("super");
    assertThat(form.failure(supertype, FileNotFoundException.class))
        .isInstanceOf(CompletionException.class);
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  @DisplayName("A7 unchecked failures and Errors are untouched, one site each")
  void unchecked(Form form) {
    for (Throwable failure :
        List.<Throwable>of(new IllegalStateException("a"), new AssertionError("b"))) {
      assertThat(form.failure(failure, IOException.class)).isSameAs(failure);
      assertThat(failure.getSuppressed()).hasSize(1);
    }
    CancellationException foreign = new CancellationException("somebody else's");
    assertThat(form.failure(foreign, IOException.class))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(foreign);
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  @DisplayName("section 8: a null type is refused before subscribing")
  void nullType(Form form) {
    Items source = Items.of("a");
    assertThatThrownBy(() -> form.await(source, Nulls.<Class<IOException>>smuggled()))
        .isExactlyInstanceOf(NullPointerException.class)
        .hasMessage("type");
    assertThat(source.requested).isZero();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A7 our own cancellation is a CancellationException, whatever the type")
  void cancelled(Victim.By by) {
    Hand<String> hand = new Hand<>();
    Victim victim =
        Victim.start(by, () -> Await.<String, RuntimeException>awaitOrThrow(hand, any()));
    hand.get();
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(hand.cancels).containsExactly(victim.thread());
  }

  private static Class<RuntimeException> any() {
    return RuntimeException.class;
  }

  @Test
  @DisplayName("A7 the checked failure of a coroutine's body")
  void coroutine() {
    IOException failure = new IOException("body");
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          throw failure;
        });
    assertThat(catchThrowable(() -> Await.<String, IOException>awaitOrThrow(coroutine, io())))
        .isSameAs(failure);
  }

  private static Class<IOException> io() {
    return IOException.class;
  }
}
