package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Fork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** As the JDK's HTTP client does: it answers the cancel of a body by an {@code IOException}. */
@DisplayName("A12 the echo of our own cancel is silent; a late failure of another kind is not")
@Timeout(60)
class CancelEchoTest {

  private final Undelivered lost = new Undelivered();

  @AfterEach
  void close() {
    lost.close();
  }

  /** Gives one item, and answers a cancel by a failure. */
  private static final class Answering implements Publisher<String> {
    private final Throwable inCancel;
    private final AtomicReference<@Nullable Subscriber<? super String>> subscriber =
        new AtomicReference<>();

    Answering(Throwable inCancel) {
      this.inCancel = inCancel;
    }

    @Override
    public void subscribe(Subscriber<? super String> newSubscriber) {
      subscriber.set(newSubscriber);
      newSubscriber.onSubscribe(
          new Subscription() {
            private boolean sent;

            @Override
            public void request(long n) {
              if (!sent) {
                sent = true;
                newSubscriber.onNext("item");
              }
            }

            @Override
            public void cancel() {
              newSubscriber.onError(inCancel);
            }
          });
    }

    void fail(Throwable failure) {
      Subscriber<? super String> now = subscriber.get();
      if (now != null) {
        now.onError(failure);
      }
    }
  }

  /** What cancels a source. */
  enum Cancelling {
    AWAIT(source -> cancelled(() -> Await.awaitList(source))),
    AWAIT_FIRST(source -> assertThat(Await.awaitFirst(source)).isEqualTo("item")),
    AWAIT_ALL(source -> cancelled(() -> Await.awaitAll(List.of(Await.<String>awaitable(source))))),
    CURSOR(source -> {
      try (Cursor<String> items = Publishers.iterate(source)) {
        assertThat(items.next()).isEqualTo("item");
      }
    }),
    STREAM(source -> {
      try (var items = Publishers.stream(source)) {
        assertThat(items.limit(1).toList()).containsExactly("item");
      }
    }),
    MAP_CONCURRENT(source -> {
      try (Cursor<String> items = Await.mapConcurrent(source, 2, item -> item)) {
        assertThat(items.next()).isEqualTo("item");
      }
    }),
    CONVERSION(source -> {
      Drain drain = new Drain(1);
      Publishers.toPublisher(Await.<String>awaitable(source)).subscribe(drain);
      drain.cancel();
    });

    @SuppressWarnings("ImmutableEnumChecker") // stateless lambdas
    final Consumer<Publisher<String>> code;

    Cancelling(Consumer<Publisher<String>> code) {
      this.code = code;
    }

    /** Runs an await that does not end, and cancels it. */
    private static void cancelled(Runnable await) {
      Fork<String> waiting = Fork.virtual(await::run);
      waiting.awaitParked();
      waiting.interrupt();
      assertThat(waiting.joinFailure()).isInstanceOf(CancellationException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 a failure from inside our own cancel is its echo")
  void insideCancel(Cancelling how) {
    how.code.accept(new Answering(new IOException("closed")));
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 a real failure behind the cancel is reported, whoever was cancelled before")
  void behindCancel(Cancelling how) {
    Answering source = new Answering(new IOException("closed"));
    how.code.accept(source);
    IOException late = new IOException("late");
    source.fail(late);
    assertThat(lost.failures()).containsExactly(late);
  }

  @Test
  @DisplayName(
      "A12 behind the cancel, what has no other reason than a cancel or interrupt is silent")
  void reasonIsTheCancel() {
    Answering source = new Answering(new IOException("closed"));
    Cancelling.CURSOR.code.accept(source);
    source.fail(new CancellationException("cancelled"));
    source.fail(new IllegalStateException(new CancellationException("wrapped")));
    source.fail(new UncheckedIOException(new java.io.InterruptedIOException("interrupted")));
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A12 another source's failure inside our cancel of one is that one's, and reported")
  void ofAnotherSource() {
    Answering other = new Answering(new IOException("other"));
    Cancelling.CURSOR.code.accept(other);
    IOException late = new IOException("late");
    Publisher<String> failsOther =
        subscriber ->
            subscriber.onSubscribe(
                new Subscription() {
                  @Override
                  public void request(long n) {
                    subscriber.onNext("item");
                  }

                  @Override
                  public void cancel() {
                    other.fail(late);
                  }
                });
    Cancelling.CURSOR.code.accept(failsOther);
    assertThat(lost.failures()).containsExactly(late);
  }

  @Test
  @DisplayName("A12 what cancel itself throws breaks RS 3.15, and is reported")
  void throwingCancel() {
    IllegalStateException thrown = new IllegalStateException("cancel");
    Publisher<String> source =
        subscriber ->
            subscriber.onSubscribe(
                new Subscription() {
                  @Override
                  public void request(long n) {
                    subscriber.onNext("item");
                  }

                  @Override
                  public void cancel() {
                    throw thrown;
                  }
                });
    try (Cursor<String> items = Publishers.iterate(source, 1)) {
      assertThat(items.next()).isEqualTo("item");
    }
    assertThat(lost.failures()).containsExactly(thrown);
  }
}
