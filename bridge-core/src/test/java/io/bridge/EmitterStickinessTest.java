package io.bridge;

import static io.bridge.Streams.isParked;
import static io.bridge.Streams.publisher;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("B6 B4 A9 a body cannot swallow the cancel of its stream for good")
@Timeout(60)
class EmitterStickinessTest {

  private static final int TRIES = 1_000;

  /** What ends the wish for items. */
  enum Ending {
    CANCEL_IN_ON_NEXT {
      @Override
      Drain drain() {
        return new Drain(Long.MAX_VALUE).onNext((self, item) -> self.cancel());
      }
    },
    CANCEL_WHILE_WAITING,
    ILLEGAL_REQUEST {
      @Override
      void end(Drain drain) {
        drain.request(0);
      }
    },
    THROWING_ON_NEXT {
      @Override
      Drain drain() {
        return new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              throw new IllegalStateException("onNext");
            });
      }
    };

    Drain drain() {
      return new Drain(1);
    }

    /** Called while the body waits with its second item, if it does. */
    void end(Drain drain) {
      drain.cancel();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B6 catch (Throwable) around every emit: each of 1 000 later calls throws again")
  void swallowed(Ending ending) {
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    AtomicInteger refused = new AtomicInteger();
    AtomicReference<@Nullable Throwable> other = new AtomicReference<>();
    CountDownLatch over = new CountDownLatch(1);
    Probe<String> source = new Probe<>();
    Drain drain = ending.drain();
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                thread.set(Thread.currentThread());
                for (String item : List.of("a", "b")) {
                  var unused = catchThrowable(() -> emitter.emit(item));
                }
                for (int i = 0; i < TRIES; i++) {
                  Throwable thrown = catchThrowable(() -> emitter.emit("more"));
                  Throwable awaiting = catchThrowable(() -> Await.await(source));
                  if (thrown instanceof CancellationException
                      && awaiting instanceof CancellationException) {
                    refused.incrementAndGet();
                  } else {
                    other.set(thrown);
                  }
                }
                over.countDown();
              })
          .subscribe(drain);
      Eventually.until("waits or ends", () -> over.getCount() == 0 || isParked(thread.get()));
      if (over.getCount() > 0) {
        ending.end(drain);
      }
      Eventually.until("the body ends", () -> over.getCount() == 0);
      assertThat(other.get()).isNull();
      assertThat(refused).hasValue(TRIES);
      // the first await may come between the wake-up of its emit and the coroutine's own cancel
      assertThat(source.subscriptions()).isEqualTo(source.cancels()).isLessThan(2);
      assertThat(drain.items()).containsExactly("a");
      assertThat(lost.failures()).isEmpty();
      if (ending == Ending.ILLEGAL_REQUEST) {
        assertThat(drain.awaitEnd().failure()).isInstanceOf(IllegalArgumentException.class);
      } else {
        assertThat(drain.ends()).isZero();
      }
      assertThat(drain.wasLawful()).isTrue();
    }
  }

  @Test
  @DisplayName("B4 inside shield and withTimeout too, where cleanup can await nevertheless")
  void insideBlocks() {
    AtomicReference<@Nullable Throwable> inShield = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> inTimeout = new AtomicReference<>();
    AtomicReference<@Nullable String> cleanup = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> behind = new AtomicReference<>();
    Drain drain = new Drain(Long.MAX_VALUE).onNext((self, item) -> self.cancel());
    publisher(
            emitter -> {
              var unused = catchThrowable(() -> emitter.emit("a"));
              inTimeout.set(
                  catchThrowable(
                      () -> Coroutine.withTimeout(Duration.ofHours(1), () -> emitter.emit("b"))));
              Coroutine.shield(() -> {
                inShield.set(catchThrowable(() -> emitter.emit("c")));
                cleanup.set(Await.awaitSingle(publisher(other -> other.emit("cleaned up"))));
              });
              behind.set(catchThrowable(() -> emitter.emit("d")));
            })
        .subscribe(drain);
    Eventually.until("the body ends", () -> behind.get() != null);
    assertThat(inShield.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(inTimeout.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(behind.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(cleanup.get()).isEqualTo("cleaned up");
    assertThat(drain.items()).containsExactly("a");
    assertThat(drain.ends()).isZero();
  }
}
