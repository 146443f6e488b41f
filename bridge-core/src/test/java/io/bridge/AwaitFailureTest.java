package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Probe;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A7 what is thrown when a source fails")
@Timeout(60)
class AwaitFailureTest {

  static Stream<Arguments> everywhere() {
    return AwaitCardinalityTest.everywhere();
  }

  private static Throwable failure(Kind kind, Where where, boolean async, Throwable failure) {
    Items source = Items.failing(failure);
    return where
        .<@Nullable Object>fork(() -> kind.of(async ? source.async() : source))
        .joinFailure();
  }

  @ParameterizedTest(name = "{0} {1} async={2}")
  @MethodSource("everywhere")
  @DisplayName("A7 an unchecked failure arrives as the same object")
  void unchecked(Kind kind, Where where, boolean async) {
    RuntimeException failure = new IllegalStateException("unchecked");
    assertThat(failure(kind, where, async, failure)).isSameAs(failure);
  }

  @ParameterizedTest(name = "{0} {1} async={2}")
  @MethodSource("everywhere")
  @DisplayName("A7 an Error arrives as the same object")
  void error(Kind kind, Where where, boolean async) {
    Error failure = new AssertionError("an Error");
    assertThat(failure(kind, where, async, failure)).isSameAs(failure);
  }

  @ParameterizedTest(name = "{0} {1} async={2}")
  @MethodSource("everywhere")
  @DisplayName("A7 a checked failure arrives as the cause of a CompletionException")
  void checked(Kind kind, Where where, boolean async) {
    IOException failure = new IOException("checked");
    assertThat(failure(kind, where, async, failure))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(failure);
  }

  @ParameterizedTest(name = "{0} {1} async={2}")
  @MethodSource("everywhere")
  @DisplayName("A7 the source's own CancellationException is the cause of a CompletionException")
  void foreignCancellation(Kind kind, Where where, boolean async) {
    CancellationException failure = new CancellationException("somebody else's");
    assertThat(failure(kind, where, async, failure))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(failure);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A7 a Flow.Publisher's failure arrives the same way")
  void flow(Kind kind) {
    RuntimeException failure = new IllegalStateException("unchecked");
    assertThat(catchThrowable(() -> kind.ofFlow(Items.failing(failure)))).isSameAs(failure);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A1 A7 a failure after an item fails all but awaitFirst")
  void failureAfterAnItem(Kind kind) {
    RuntimeException failure = new IllegalStateException("after an item");
    Items source = Items.failing(failure, "a");
    if (kind.cutsOff()) {
      assertThat(kind.of(source)).isEqualTo("a");
    } else {
      assertThat(catchThrowable(() -> kind.of(source))).isSameAs(failure);
      assertThat(source.cancels).isZero();
    }
  }

  @Test
  @DisplayName("A7 a foreign cancellation fails the coroutine, it does not look cancelled")
  void foreignCancellationIsNotSilent() {
    CancellationException failure = new CancellationException("somebody else's");
    Coroutine<@Nullable String> coroutine =
        Coroutine.start(() -> Await.<String>await(Items.failing(failure)));
    assertThatThrownBy(coroutine::await)
        .isInstanceOf(CompletionException.class)
        .hasRootCause(failure);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.FAILED);
  }

  @Test
  @DisplayName("A7 A16 failures of an Awaitable arrive the same way")
  void awaitable() {
    RuntimeException unchecked = new IllegalStateException("unchecked");
    Awaitable<String> failing = s -> s.fail(unchecked);
    assertThat(catchThrowable(() -> Await.await(failing))).isSameAs(unchecked);
    IOException checked = new IOException("checked");
    assertThatThrownBy(() -> Await.<String>suspend(s -> s.fail(checked)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(checked);
    CancellationException foreign = new CancellationException("somebody else's");
    assertThatThrownBy(() -> Await.<String>suspend(s -> s.fail(foreign)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(foreign);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A7 one failure object may be awaited again and again")
  void shared(Kind kind) {
    RuntimeException failure = new IllegalStateException("shared");
    Probe<String> probe = new Probe<String>().onRequest(p -> p.fail(failure));
    for (int i = 0; i < 3; i++) {
      assertThat(catchThrowable(() -> kind.of(probe))).isSameAs(failure);
    }
  }

  @Test
  @DisplayName("A8 (2) the layer of a checked failure is read as a plain CompletionException")
  void serialised() throws Exception {
    Throwable thrown = catchThrowable(() -> Await.await(Items.failing(new IOException("disk"))));
    thrown.addSuppressed(new IllegalStateException("close"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(thrown);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat((Throwable) in.readObject())
          .isExactlyInstanceOf(CompletionException.class)
          .hasMessage(thrown.getMessage())
          .satisfies(read -> {
            assertThat(read.getCause()).isExactlyInstanceOf(IOException.class).hasMessage("disk");
            assertThat(read.getStackTrace()).isEqualTo(thrown.getStackTrace());
            assertThat(read.getSuppressed()).hasSameSizeAs(thrown.getSuppressed());
          });
    }
  }
}
