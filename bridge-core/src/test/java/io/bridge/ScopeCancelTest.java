package io.bridge;

import static io.bridge.Scopes.LONG;
import static io.bridge.Scopes.SHORT;
import static io.bridge.Scopes.assertFree;
import static io.bridge.Scopes.awaitCancelled;
import static io.bridge.Scopes.awaitEnd;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Steps;
import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("S3 S5 S6 A9 cancelling a tree of coroutines")
@Timeout(60)
class ScopeCancelTest {

  /** Looks, without awaiting, until it is cancelled. */
  private static String computing() {
    while (!Coroutine.isCancelled()) {
      Thread.onSpinWait();
    }
    return "cancelled";
  }

  private static void assertCancelled(Coroutine<?> coroutine, String reason) {
    awaitEnd(coroutine);
    assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
    assertThat(coroutine.failure())
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage(reason);
  }

  @Test
  @DisplayName("S3 reaches the coroutines of the scopes of the coroutines, though nobody looks")
  void grandchildren() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch parentMayGo = new CountDownLatch(1);
    AtomicReference<@Nullable Coroutine<?>> innermost = new AtomicReference<>();
    Coroutine<String> parent =
        Coroutine.start(() -> {
          try (var scope = CoroutineScope.open()) {
            scope.fork(() -> {
              try (var inner = CoroutineScope.open()) {
                innermost.set(
                    inner.fork(() -> {
                      begun.countDown();
                      Scopes.forever();
                    }));
                untilOpen(parentMayGo);
              }
            });
            untilOpen(parentMayGo);
          }
          return "value";
        });
    begun.await();
    parent.cancel("why");
    Eventually.until("the grandchild ends", () -> isDone(innermost.get()));
    assertThat(parent.isDone()).isFalse();
    parentMayGo.countDown();
    assertThat(parent.await()).isEqualTo("value");
    assertThat(innermost.get()).satisfies(child -> assertCancelled(child, "why"));
  }

  /** Takes no notice of its cancellation; parks in between, as there may be two processors. */
  private static void untilOpen(CountDownLatch latch) {
    Eventually.until(
        "it may go",
        () -> {
          Thread.interrupted(); // a raised flag would turn the parking into a spin
          return latch.getCount() == 0;
        });
  }

  private static boolean isDone(@Nullable Coroutine<?> coroutine) {
    return coroutine != null && coroutine.isDone();
  }

  @Test
  @DisplayName("S3 a tree of 1000 levels is cancelled without recursion")
  void deep() throws InterruptedException {
    CountDownLatch deepest = new CountDownLatch(1);
    Coroutine<String> root = Coroutine.start(() -> level(1_000, deepest));
    deepest.await();
    root.cancel("why");
    assertCancelled(root, "why");
  }

  private static String level(int levels, CountDownLatch deepest) throws Exception {
    if (levels == 0) {
      deepest.countDown();
      return Scopes.forever();
    }
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> level(levels - 1, deepest));
      scope.join();
      return "joined";
    }
  }

  @Test
  @DisplayName("S5 A5 one alone: in its own thread, its source cancelled, the others untouched")
  void alone() {
    Probe<String> one = new Probe<>();
    Probe<String> other = new Probe<>();
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      Coroutine<String> cancelled =
          scope.fork(() -> {
            thread.set(Thread.currentThread());
            return Await.awaitSingle(one);
          });
      scope.fork(() -> Await.awaitSingle(other));
      one.awaitRequest();
      other.awaitRequest();
      cancelled.cancel("alone");
      assertCancelled(cancelled, "alone");
      assertThat(one.cancelThreads()).containsExactly(thread.get());
      assertThat(scope.isCancelled()).isFalse();
      other.next("a").complete();
      assertThat(scope.join()).containsExactly("a");
      assertThat(other.cancels()).isZero();
    }
  }

  @Test
  @DisplayName(
      "S5 A7 a child that is cancelled alone and awaited in the block is a foreign failure")
  void aloneAwaited() {
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> child = scope.fork(Scopes::forever);
      child.cancel("alone");
      assertThatThrownBy(child::await)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isExactlyInstanceOf(CancellationException.class)
          .hasMessage("alone");
      assertFree();
      scope.join();
    }
  }

  @Test
  @DisplayName("S2 cancel(reason): from any thread; the reason is everybody's, the first one stays")
  void reason() {
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> child = scope.fork(Scopes::forever);
      awaitEnd(Coroutine.start(() -> scope.cancel("first")));
      scope.cancel("second");
      scope.cancel();
      assertCancelled(child, "first");
      assertCancelled(scope.fork(() -> "late"), "first");
      assertThatThrownBy(scope::join)
          .isExactlyInstanceOf(CancellationException.class)
          .hasMessage("first");
    }
  }

  @Test
  @DisplayName("S2 cancel by one of its own coroutines, which ends as cancelled itself")
  void cancelledByChild() {
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> other = scope.fork(Scopes::forever);
      Coroutine<?> child =
          scope.fork(() -> {
            scope.cancel("by a child");
            Await.delay(LONG);
          });
      assertThatThrownBy(scope::join).hasMessage("by a child");
      assertCancelled(other, "by a child");
      assertCancelled(child, "by a child");
    }
  }

  @Test
  @DisplayName("A3 S3 a scope opened in cancelled code: its coroutines never run")
  void openedInCancelledCode() {
    AtomicInteger ran = new AtomicInteger();
    List<Coroutine<?>> children = new CopyOnWriteArrayList<>();
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () -> {
              Victim.untilStopped();
              try (var scope = CoroutineScope.open()) {
                assertThat(scope.isCancelled()).isTrue();
                children.add(scope.fork(ran::incrementAndGet));
                assertThat(catchThrowable(scope::join)).hasMessage("stopped");
              }
              Coroutine.shield(() -> {
                try (var cleanup = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
                  cleanup.fork(() -> "cleaned");
                  assertThat(cleanup.join()).containsExactly("cleaned");
                }
              });
              Coroutine.checkCancelled();
            });
    victim.stop();
    assertThat(victim.failure())
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage("stopped");
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(ran).hasValue(0);
    assertThat(children).singleElement().satisfies(child -> assertCancelled(child, "stopped"));
  }

  @Test
  @DisplayName("A9 a shield in a cancelled coroutine of a scope can await; close waits for it")
  void cleanup() throws InterruptedException {
    Steps steps = new Steps();
    CountDownLatch begun = new CountDownLatch(1);
    Probe<String> cleaning = new Probe<>();
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> {
        begun.countDown();
        try {
          Scopes.forever();
        } finally {
          Coroutine.shield(() -> {
            steps.reach(1);
            assertThat(Await.awaitSingle(cleaning)).isEqualTo("cleaned");
            steps.reach(2);
          });
        }
      });
      begun.await();
      scope.cancel();
      cleaning.awaitRequest();
      assertThat(steps.last()).isEqualTo(1);
      Coroutine.start(() -> cleaning.next("cleaned").complete());
      assertThatThrownBy(scope::join).isInstanceOf(CancellationException.class);
      steps.reach(3);
    }
    assertThat(cleaning.cancels()).isZero();
  }

  @Test
  @DisplayName("S6 code that computes sees the cancel by isCancelled and by checkCancelled")
  void cpuLoops() {
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> looking = scope.fork(ScopeCancelTest::computing);
      scope.cancel("why");
      awaitEnd(looking);
      Coroutine<String> checking =
          scope.fork(() -> {
            throw new AssertionError("it has begun");
          });
      assertCancelled(checking, "why");
    }
    try (var scope = CoroutineScope.open()) {
      CountDownLatch begun = new CountDownLatch(1);
      Coroutine<String> checking =
          scope.fork(() -> {
            begun.countDown();
            while (true) {
              Coroutine.checkCancelled();
            }
          });
      Eventually.until("it has begun", () -> begun.getCount() == 0);
      scope.cancel("why");
      assertCancelled(checking, "why");
    }
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName(
      "T1 T2 a deadline around the block cancels its coroutines; the deadline's block throws")
  void timeoutAround(TimeoutTest.On on) {
    Probe<String> probe = new Probe<>();
    TestTime time = new TestTime();
    VoidBody<RuntimeException> joining =
        () -> {
          try (var scope = CoroutineScope.open()) {
            scope.fork(() -> Await.awaitSingle(probe));
            probe.awaitRequest();
            Fork.platform(() -> time.advance(SHORT));
            assertThat(catchThrowable(scope::join))
                .isExactlyInstanceOf(CancellationException.class);
            awaitCancelled(scope);
          }
        };
    on.run(() -> {
      time.run(() -> {
        assertThatThrownBy(() -> Coroutine.withTimeout(SHORT, joining))
            .isExactlyInstanceOf(AwaitTimeoutException.class)
            .satisfies(TimeoutTest.cutOffIn(ScopeCancelTest.class));
        return "done";
      });
      assertFree();
      return "done";
    });
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("A12 S3 a coroutine that ends with an open scope closes it, and reports that")
  void leftOpenByBody() {
    List<Coroutine<?>> children = new CopyOnWriteArrayList<>();
    try (Undelivered lost = new Undelivered()) {
      Coroutine<String> coroutine =
          Coroutine.start(() -> {
            CoroutineScope<Object, @Nullable Void> scope =
                CoroutineScope.open(Joiner.awaitAll(), config -> config.withName("left"));
            children.add(scope.fork(Scopes::forever));
            return "value";
          });
      assertThat(coroutine.await()).isEqualTo("value");
      assertThat(children).singleElement().matches(Coroutine::isDone);
      assertThat(lost.failures())
          .singleElement()
          .isInstanceOfSatisfying(
              IllegalStateException.class,
              report -> assertThat(report).hasMessageContaining("CoroutineScope[left"));
    }
  }

  /** Takes one item. */
  private record Taker(Consumer<String> onItem) implements Subscriber<String> {
    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String item) {
      onItem.accept(item);
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }

  @Test
  @DisplayName(
      "B6 S3 a scope inside a subscriber's onNext, on the thread of the emitting coroutine")
  void insideSignal() throws InterruptedException {
    AtomicReference<@Nullable Coroutine<?>> emitting = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> behind = new AtomicReference<>();
    List<String> joined = new CopyOnWriteArrayList<>();
    CountDownLatch ended = new CountDownLatch(1);
    Publishers.<String>publisher(
            emitter -> {
              emitting.set(Coroutine.current());
              emitter.emit("a");
              behind.set(catchThrowable(Coroutine::checkCancelled));
              ended.countDown();
            })
        .subscribe(
            new Taker(item -> {
              try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
                scope.fork(() -> item + "b");
                Coroutine<?> coroutine = emitting.get();
                if (coroutine != null) {
                  coroutine.cancel("the emitter"); // is none of the subscriber's business
                }
                assertFree();
                joined.addAll(scope.join());
              }
              assertFree();
            }));
    ended.await();
    assertThat(joined).containsExactly("ab");
    assertThat(behind.get())
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage("the emitter");
  }

  /** A channel whose close throws, so that the interrupt of a thread inside it does. */
  private static final class HostileChannel extends AbstractInterruptibleChannel {
    private final RuntimeException failure = new IllegalStateException("of the channel");
    private volatile boolean blocked;

    String block() {
      begin();
      blocked = true;
      try {
        Eventually.until("it is interrupted", () -> !isOpen());
        return "interrupted";
      } finally {
        try {
          end(true);
        } catch (IOException e) {
          // closed by the interrupt
        }
      }
    }

    @Override
    protected void implCloseChannel() {
      throw failure;
    }
  }

  @Test
  @DisplayName("S3 A12 a child whose interrupt throws: reported, and the others are cancelled too")
  void throwingInterrupt() {
    HostileChannel ofChild = new HostileChannel();
    CountDownLatch begun = new CountDownLatch(2);
    try (Undelivered lost = new Undelivered();
        CoroutineScope<Object, @Nullable Void> scope = CoroutineScope.open(Joiner.awaitAll())) {
      Coroutine<String> first =
          scope.fork(() -> {
            begun.countDown();
            return ofChild.block();
          });
      Coroutine<String> second =
          scope.fork(() -> {
            begun.countDown();
            return Scopes.forever();
          });
      Eventually.until("both have begun", () -> begun.getCount() == 0);
      Eventually.until("it blocks", () -> ofChild.blocked);
      scope.cancel("why");
      awaitEnd(first);
      awaitEnd(second);
      assertThat(lost.failures()).contains(ofChild.failure);
    }
  }

  @Test
  @DisplayName(
      "S3 A12 a block whose interrupt throws: reported, and the children are cancelled too")
  void throwingInterruptOfBlock() {
    HostileChannel ofBlock = new HostileChannel();
    RuntimeException failure = new IllegalStateException("of the child");
    try (Undelivered lost = new Undelivered()) {
      try (CoroutineScope<Object, @Nullable Void> scope =
          CoroutineScope.open(Joiner.awaitAllSuccessfulOrThrow())) {
        Coroutine<String> other = scope.fork(Scopes::forever);
        scope.fork(() -> {
          Eventually.until("the block blocks", () -> ofBlock.blocked);
          throw failure;
        });
        ofBlock.block();
        awaitEnd(other);
      }
      assertThat(lost.failures()).contains(ofBlock.failure);
    }
  }

  @Test
  @DisplayName("S3 a cancel reaches the scope that a child has opened, though the child goes on")
  void innerScopeOfBusyChild() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicReference<@Nullable Coroutine<String>> inner = new AtomicReference<>();
    try (CoroutineScope<Object, @Nullable Void> scope = CoroutineScope.open(Joiner.awaitAll())) {
      scope.fork(() -> {
        try (CoroutineScope<Object, @Nullable Void> opened =
            CoroutineScope.open(Joiner.awaitAll())) {
          inner.set(opened.fork(Scopes::forever));
          Eventually.until("it may end", () -> mayEnd.getCount() == 0);
        }
        return "ended";
      });
      Eventually.until("the inner one", () -> inner.get() != null);
      scope.cancel("why");
      awaitEnd(requireNonNull(inner.get()));
      mayEnd.countDown();
    }
  }
}
