package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.internal.cancel.CurrentFrame;
import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;

@DisplayName("S3 S4 A9 the protocol of a scope, where its parts meet")
@Timeout(120)
class ScopeProtocolTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  private final IllegalStateException failure = new IllegalStateException("child");

  /** Waits until it is cancelled. */
  private static String forever() throws InterruptedException {
    new CountDownLatch(1).await();
    return "never";
  }

  /** Fails if code after the block is in a frame of it, or interrupted. */
  private static void assertOutside() {
    assertThat(CurrentFrame.get()).isNull();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  private static VoidBody<RuntimeException> joining(CoroutineScope<?, ?> scope) {
    return () -> {
      scope.join();
    };
  }

  @Test
  @DisplayName("A9 A13 a block left inside a timeout, a shield or a context is left for good")
  void leftInside() throws Exception {
    Fork.platform(
            () -> {
              CoroutineContext.Key<String> key = CoroutineContext.Key.of("key");
              try (var scope = CoroutineScope.open()) {
                Coroutine.withTimeout(LONG, joining(scope));
                assertOutside();
              }
              try (var scope = CoroutineScope.open()) {
                Coroutine.shield(joining(scope));
                assertOutside();
              }
              try (var scope = CoroutineScope.open()) {
                CoroutineContext.with(key, "a", joining(scope));
                assertOutside();
              }
              assertOutside();
            })
        .join();
  }

  @Test
  @DisplayName("A9 two scopes joined in the order in which they were opened")
  void joinedOutOfOrder() throws Exception {
    Fork.platform(
            () -> {
              var first = CoroutineScope.open();
              var second = CoroutineScope.open();
              first.fork(() -> {
                throw failure;
              });
              Eventually.until("cancelled", second::isCancelled); // with the block around it
              assertThatThrownBy(first::join).isSameAs(failure);
              first.close();
              assertThatThrownBy(second::join).isExactlyInstanceOf(CancellationException.class);
              second.close();
              assertOutside();
            })
        .join();
  }

  @Test
  @DisplayName("S4 an await of a coroutine that the failure has cancelled throws the failure")
  void awaitOfCancelledSibling() {
    for (int i = 0; i < 2_000; i++) {
      try (var scope = CoroutineScope.open()) {
        Coroutine<String> sibling = scope.fork(ScopeProtocolTest::forever);
        scope.fork(() -> {
          throw failure;
        });
        assertThatThrownBy(sibling::await).isSameAs(failure);
      }
    }
  }

  @Test
  @DisplayName("S4 A12 a join inside the block of a scope that fails throws that failure, once")
  void joinInsideFailingBlock() {
    try (Undelivered undelivered = new Undelivered()) {
      for (int i = 0; i < 40_000; i++) {
        try (var scope = CoroutineScope.open();
            var inner = CoroutineScope.open()) {
          inner.fork(ScopeProtocolTest::forever);
          scope.fork(() -> {
            throw failure;
          });
          assertThatThrownBy(inner::join).isSameAs(failure);
        }
      }
      assertThat(undelivered.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("S4 A12 a join that waits for stragglers, when the scope around it fails: the same")
  void joinOfStragglersInsideFailingBlock() {
    Thread owner = Thread.currentThread();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (Undelivered undelivered = new Undelivered()) {
      try (var scope = CoroutineScope.open();
          var inner = CoroutineScope.open()) {
        inner.fork(() -> {
          begun.countDown();
          Coroutine.shield(() -> Eventually.until("it may end", () -> mayEnd.getCount() == 0));
        });
        Eventually.until("it has begun", () -> begun.getCount() == 0);
        inner.cancel();
        scope.fork(() -> {
          Eventually.until("it waits", () -> owner.getState() == Thread.State.WAITING);
          throw failure;
        });
        assertThatThrownBy(inner::join).isSameAs(failure);
        mayEnd.countDown();
      }
      assertThat(undelivered.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("S3 a coroutine that leaves a scope open, with a time source that throws, ends")
  void timeSourceThrows() throws Exception {
    TimeSource hostile =
        new TimeSource() {
          @Override
          public long nanoTime() {
            return 0;
          }

          @Override
          public Registration schedule(Duration delay, Runnable task) {
            throw failure;
          }
        };
    try (Undelivered undelivered = new Undelivered()) {
      AtomicBoolean ended = new AtomicBoolean();
      try (var scope = CoroutineScope.open()) {
        CoroutineContext.with(
            TimeSource.KEY,
            hostile,
            () -> {
              scope.fork(() -> {
                var left = CoroutineScope.open();
                CountDownLatch begun = new CountDownLatch(1);
                left.fork(() -> {
                  begun.countDown();
                  try {
                    forever();
                  } finally {
                    Races.spinNanos(5_000_000);
                    ended.set(true);
                  }
                });
                begun.await();
              });
            });
        scope.join();
        assertThat(ended).as("S3").isTrue();
      }
      assertThat(undelivered.failures()).hasSize(2);
    }
  }

  @Test
  @DisplayName("A9 B6 a cancelled scope closed inside a signal: no interrupt comes behind it")
  void leftInSignal() {
    AtomicReference<@Nullable Boolean> flag = new AtomicReference<>();
    AtomicReference<@Nullable CoroutineScope<Object, ?>> open = new AtomicReference<>();
    Publisher<String> publisher =
        Publishers.publisher((Emitter<String> emitter) -> {
          open.set(CoroutineScope.open());
          emitter.emit("a");
          flag.set(Thread.currentThread().isInterrupted());
        });
    SignalLog log = new SignalLog().onSubscribe(s -> s.request(1));
    log.onNext(s -> {
      CoroutineScope<Object, ?> scope = requireNonNull(open.get());
      Fork.platform(() -> scope.cancel()).join();
      scope.close();
    });
    publisher.subscribe(log);
    Eventually.until("the body goes on", () -> flag.get() != null);
    assertThat(flag).hasValue(false);
  }

  @Test
  @DisplayName("S3 who waits for cancelled coroutines is not woken by the one who cancels them")
  void wokenByCanceller() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Channel channel = new Channel(interrupted, go);
    AtomicBoolean ended = new AtomicBoolean();
    try (Undelivered undelivered = new Undelivered()) {
      CoroutineScope<Object, ?> scope =
          CoroutineScope.background(c -> c.withThreadFactory(Thread.ofPlatform().factory()));
      scope.fork(() -> {
        channel.use();
        Eventually.until("told", () -> go.getCount() == 0);
        Races.spinNanos(20_000_000);
        ended.set(true);
      });
      Eventually.until("in the channel", channel::isInUse);
      Fork<String> canceller = Fork.platform(() -> scope.cancel());
      Eventually.until("cancelling", () -> interrupted.getCount() == 0);
      Fork<Boolean> closer =
          Fork.platform(() -> {
            scope.close();
            return ended.get();
          });
      closer.awaitParked();
      go.countDown();
      canceller.join();
      assertThat(closer.join()).as("ended before close returned").isTrue();
      assertThat(undelivered.failures()).isEmpty();
    }
  }

  /** Holds up whoever interrupts the thread that uses it. */
  private static final class Channel extends AbstractInterruptibleChannel {
    private final CountDownLatch interrupted;
    private final CountDownLatch go;
    private volatile boolean used;

    Channel(CountDownLatch interrupted, CountDownLatch go) {
      this.interrupted = interrupted;
      this.go = go;
    }

    boolean isInUse() {
      return used;
    }

    void use() {
      begin();
      try {
        used = true;
        Eventually.until("interrupted", () -> interrupted.getCount() == 0);
      } finally {
        try {
          end(true);
        } catch (IOException closed) {
          used = false;
        }
      }
    }

    @Override
    protected void implCloseChannel() {
      interrupted.countDown();
      Eventually.until("told", () -> go.getCount() == 0);
    }
  }
}
