package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.testkit.Eventually;
import io.bridge.testkit.Fork;
import io.bridge.testkit.Nulls;
import java.io.IOException;
import java.io.PipedInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

@DisplayName("B2 to B6, B11, B12: publisher, flowPublisher and their Emitter")
@Timeout(60)
class EmitterTest {

  private static Publisher<String> publisher(Emitter.Body<String> body) {
    return Publishers.publisher(body);
  }

  /** A body that waits where an interrupt or a cancel ends it. */
  private static void sleep() throws InterruptedException {
    Thread.sleep(60_000);
  }

  private static boolean isParked(@Nullable Thread thread) {
    return thread != null
        && (thread.getState() == Thread.State.WAITING
            || thread.getState() == Thread.State.TIMED_WAITING);
  }

  // B12, B2: life of a stream

  @Test
  @DisplayName("B12 nothing runs at assembly; each subscriber gets its own run on its own thread")
  void cold() {
    List<Thread> runs = new CopyOnWriteArrayList<>();
    Publisher<String> publisher =
        publisher(emitter -> {
          runs.add(Thread.currentThread());
          emitter.emit("a");
          emitter.emit("b");
        });
    assertThat(runs).isEmpty();
    for (int i = 1; i <= 3; i++) {
      Drain drain = new Drain(Long.MAX_VALUE);
      publisher.subscribe(drain);
      assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
      assertThat(drain.failure()).isNull();
      assertThat(drain.wasLawful()).isTrue();
      assertThat(runs).hasSize(i).doesNotHaveDuplicates().allMatch(Thread::isVirtual);
    }
  }

  @Test
  @DisplayName("B12 flowPublisher is the same as a JDK publisher")
  void flow() {
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.<String>flowPublisher(emitter -> emitter.emit("a"))
        .subscribe(FlowAdapters.toFlowSubscriber(drain));
    assertThat(drain.awaitEnd().items()).containsExactly("a");
  }

  @Test
  @DisplayName("B2 emit suspends without demand, and delivers exactly what is requested")
  void demand() {
    AtomicReference<@Nullable Thread> body = new AtomicReference<>();
    AtomicInteger emitted = new AtomicInteger();
    Drain drain = new Drain(0);
    publisher(
            emitter -> {
              body.set(Thread.currentThread());
              for (int i = 0; i < 6; i++) {
                emitter.emit("item");
                emitted.incrementAndGet();
              }
            })
        .subscribe(drain);
    for (int demanded : List.of(0, 1, 3, 6)) {
      if (demanded > 0) {
        drain.request(demanded - drain.items().size());
      }
      drain.awaitItems(demanded);
      if (demanded < 6) {
        Eventually.until("parked", () -> emitted.get() == demanded && isParked(body.get()));
        assertThat(drain.items()).hasSize(demanded);
        assertThat(drain.ends()).isZero();
      }
    }
    drain.awaitEnd();
    assertThat(drain.failure()).isNull();
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B2 RS 1.5 completion needs no demand")
  void completionWithoutDemand() {
    Drain empty = new Drain(0);
    publisher(emitter -> {}).subscribe(empty);
    assertThat(empty.awaitEnd().failure()).isNull();
    Drain exact = new Drain(1);
    publisher(emitter -> emitter.emit("a")).subscribe(exact);
    assertThat(exact.awaitEnd().items()).containsExactly("a");
  }

  @Test
  @DisplayName("B2 RS 1.4 failure needs no demand and is the same object, checked too")
  void failureWithoutDemand() {
    IOException failure = new IOException("body");
    Drain drain = new Drain(0);
    publisher(
            emitter -> {
              throw failure;
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(failure);
    assertThat(drain.ends()).isEqualTo(1);
  }

  @Test
  @DisplayName("B11 an Error ends the stream")
  void error() {
    for (Error error :
        List.of(
            new OutOfMemoryError("thrown"),
            new StackOverflowError("thrown"),
            new NoClassDefFoundError("thrown"))) {
      Drain drain = new Drain(1);
      publisher(
              emitter -> {
                emitter.emit("a");
                throw error;
              })
          .subscribe(drain);
      assertThat(drain.awaitEnd().failure()).isSameAs(error);
      assertThat(drain.items()).containsExactly("a");
    }
  }

  // B2: what is requested

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  @DisplayName("B2 RS 3.9 an illegal request while the emitter waits for demand")
  void illegalRequestWhileWaiting(long n) {
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    AtomicReference<@Nullable Thread> body = new AtomicReference<>();
    Drain drain = new Drain(0);
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                body.set(Thread.currentThread());
                try {
                  emitter.emit("a");
                } catch (RuntimeException e) {
                  inBody.set(e);
                  throw e;
                }
              })
          .subscribe(drain);
      Eventually.until("parked", () -> isParked(body.get()));
      drain.request(n);
      assertThat(drain.awaitEnd().failure())
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("3.9");
      assertThat(inBody.get()).isExactlyInstanceOf(CancellationException.class);
      assertThat(drain.items()).isEmpty();
      assertThat(drain.ends()).isEqualTo(1);
      assertThat(lost.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  @DisplayName("B2 RS 3.9 an illegal request inside onSubscribe: the body never runs")
  void illegalRequestInOnSubscribe(long n) {
    AtomicInteger runs = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    publisher(emitter -> runs.incrementAndGet())
        .subscribe(
            new org.reactivestreams.Subscriber<>() {
              @Override
              public void onSubscribe(org.reactivestreams.Subscription subscription) {
                subscription.request(n);
              }

              @Override
              public void onNext(String item) {}

              @Override
              public void onError(Throwable t) {
                failure.set(t);
              }

              @Override
              public void onComplete() {}
            });
    Eventually.until("onError", () -> failure.get() != null);
    assertThat(failure.get()).isInstanceOf(IllegalArgumentException.class);
    assertThat(runs).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  @DisplayName("B2 RS 3.9 an illegal request from onNext: one onError after that onNext")
  void illegalRequestInOnNext(long n) {
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    Drain drain = new Drain(5).onNext((self, item) -> self.request(n));
    publisher(
            emitter -> {
              try {
                emitter.emit("a");
              } catch (RuntimeException e) {
                inBody.set(e);
              }
              assertThat(catchThrowable(() -> emitter.emit("b")))
                  .isInstanceOf(CancellationException.class);
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(inBody.get()).isInstanceOf(CancellationException.class);
    assertThat(drain.items()).containsExactly("a");
    assertThat(drain.wasLawful()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  @DisplayName("B2 B6 RS 3.9 an illegal request while the body blocks interrupts it")
  void illegalRequestWhileBlocking(long n) {
    CountDownLatch inside = new CountDownLatch(1);
    Drain drain = new Drain(1);
    publisher(
            emitter -> {
              inside.countDown();
              sleep();
            })
        .subscribe(drain);
    Eventually.until("inside", () -> inside.getCount() == 0);
    drain.request(n);
    assertThat(drain.awaitEnd().failure()).isExactlyInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("B2 RS 3.6 requests after cancel and after the end, legal or not, do nothing")
  void requestAfterTheEnd() {
    Drain ended = new Drain(1);
    publisher(emitter -> emitter.emit("a")).subscribe(ended);
    ended.awaitEnd().request(1).request(0).request(-1);
    assertThat(ended.ends()).isEqualTo(1);
    CountDownLatch gone = new CountDownLatch(1);
    Drain cancelled = new Drain(1);
    publisher(
            emitter -> {
              try {
                sleep();
              } finally {
                gone.countDown();
              }
            })
        .subscribe(cancelled);
    cancelled.cancel().request(0).request(-1).request(1);
    Eventually.until(
        "the body ended or never began", () -> gone.getCount() == 0 || cancelled.ends() == 0);
    assertThat(cancelled.ends()).isZero();
  }

  @Test
  @DisplayName("B2 RS 3.17 demand saturates at Long.MAX_VALUE")
  void saturation() {
    Drain drain = new Drain(Long.MAX_VALUE).onNext((self, item) -> self.request(Long.MAX_VALUE));
    publisher(
            emitter -> {
              for (int i = 0; i < 100; i++) {
                emitter.emit("item");
              }
            })
        .subscribe(drain);
    drain.request(Long.MAX_VALUE).request(1);
    assertThat(drain.awaitEnd().items()).hasSize(100);
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B2 RS 3.3 100 000 requests from inside onNext keep the stack flat")
  void recursiveRequest() {
    AtomicInteger count = new AtomicInteger();
    AtomicInteger deepest = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    CountDownLatch end = new CountDownLatch(1);
    publisher(
            emitter -> {
              for (int i = 0; i < 100_000; i++) {
                emitter.emit("item");
              }
            })
        .subscribe(
            new org.reactivestreams.Subscriber<>() {
              private org.reactivestreams.@Nullable Subscription subscription;

              @Override
              public void onSubscribe(org.reactivestreams.Subscription newSubscription) {
                subscription = newSubscription;
                newSubscription.request(1);
              }

              @Override
              public void onNext(String item) {
                if (count.incrementAndGet() % 10_000 == 0) {
                  int depth = Thread.currentThread().getStackTrace().length;
                  deepest.accumulateAndGet(depth, Math::max);
                }
                if (subscription != null) {
                  subscription.request(1);
                }
              }

              @Override
              public void onError(Throwable t) {
                failure.set(t);
                end.countDown();
              }

              @Override
              public void onComplete() {
                end.countDown();
              }
            });
    Eventually.until("the end", () -> end.getCount() == 0);
    assertThat(failure.get()).isNull();
    assertThat(count).hasValue(100_000);
    assertThat(deepest.get()).isBetween(1, 60);
  }

  // B3, section 8

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

  // B4

  @Test
  @DisplayName("B4 RS 1.3 emits from several threads of one body are serialised, none is lost")
  void concurrentEmit() {
    Drain drain = new Drain(1).onNext((self, item) -> self.request(1));
    publisher(
            emitter -> {
              List<Coroutine<@Nullable Void>> children = new ArrayList<>();
              for (int c = 0; c < 8; c++) {
                children.add(
                    Coroutine.start(() -> {
                      for (int i = 0; i < 500; i++) {
                        emitter.emit("item");
                      }
                    }));
              }
              children.forEach(Coroutine::await);
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).hasSize(4_000);
    assertThat(drain.failure()).isNull();
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B4 an emitter that waits for its turn is cancellable")
  void waitingEmitterIsCancellable() {
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<@Nullable Thread> second = new AtomicReference<>();
    AtomicReference<@Nullable Coroutine<?>> child = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> Eventually.until("go on", () -> release.getCount() == 0));
    publisher(
            emitter -> {
              child.set(
                  Coroutine.start(() -> {
                    drain.awaitItems(1);
                    second.set(Thread.currentThread());
                    emitter.emit("b");
                  }));
              emitter.emit("a");
              Eventually.until("the child ends", () -> isDone(child.get()));
            })
        .subscribe(drain);
    Eventually.until("the second waits", () -> isParked(second.get()));
    Coroutine<?> waiting = child.get();
    assertThat(waiting).isNotNull();
    if (waiting != null) {
      waiting.cancel();
      Eventually.until("it ended", waiting::isDone);
      assertThat(waiting.state()).isEqualTo(Coroutine.State.CANCELLED);
    }
    release.countDown();
    assertThat(drain.awaitEnd().items()).containsExactly("a");
    assertThat(drain.failure()).isNull();
  }

  private static boolean isDone(@Nullable Coroutine<?> coroutine) {
    return coroutine != null && coroutine.isDone();
  }

  @Test
  @DisplayName("B4 a timeout around emit without demand leaves the stream usable")
  void timeoutOfEmit() {
    Drain drain = new Drain(0);
    publisher(
            emitter -> {
              assertThat(
                      catchThrowable(() ->
                          Coroutine.withTimeout(Duration.ofMillis(5), () -> emitter.emit("never"))))
                  .isExactlyInstanceOf(AwaitTimeoutException.class);
              drain.request(1);
              emitter.emit("a");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a");
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B4 RS 1.3 an item that is under way as the body ends: delivered, and emit returns")
  void emitWhileTheBodyEnds() {
    AtomicReference<@Nullable Emitter<String>> kept = new AtomicReference<>();
    AtomicReference<@Nullable Coroutine<?>> body = new AtomicReference<>();
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    CountDownLatch hold = new CountDownLatch(1);
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              hold.countDown();
              Eventually.until(
                  "the end waits for this item",
                  () -> isDone(body.get()) && isParked(thread.get()));
            });
    publisher(
            emitter -> {
              body.set(Coroutine.current());
              thread.set(Thread.currentThread());
              kept.set(emitter);
              hold.await();
            })
        .subscribe(drain);
    Eventually.until("the body holds", () -> kept.get() != null && isParked(thread.get()));
    Emitter<String> emitter = kept.get();
    assertThat(emitter).isNotNull();
    Throwable thrown = emitter == null ? null : catchThrowable(() -> emitter.emit("a"));
    assertThat(drain.awaitEnd().items()).containsExactly("a");
    assertThat(drain.wasLawful()).isTrue();
    assertThat(thrown).as("of an emit that has delivered").isNull();
  }

  @Test
  @DisplayName("B4 after the subscriber's cancel emit throws, also inside shield and other threads")
  void emitAfterCancel() {
    List<@Nullable Throwable> thrown = new CopyOnWriteArrayList<>();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Drain drain = new Drain(Long.MAX_VALUE);
    publisher(
            emitter -> {
              inside.countDown();
              try {
                sleep();
              } catch (InterruptedException e) {
                thrown.add(catchThrowable(() -> emitter.emit("a")));
                thrown.add(catchThrowable(() -> Coroutine.shield(() -> emitter.emit("b"))));
                Coroutine.shield(
                    () -> thrown.add(Fork.platform(() -> emitter.emit("c")).joinFailure()));
              } finally {
                end.countDown();
              }
            })
        .subscribe(drain);
    Eventually.until("inside", () -> inside.getCount() == 0);
    drain.cancel();
    Eventually.until("the body ends", () -> end.getCount() == 0);
    assertThat(thrown)
        .hasSize(3)
        .allMatch(t -> t != null && t.getClass() == CancellationException.class);
    assertThat(drain.items()).isEmpty();
    assertThat(drain.ends()).isZero();
  }

  @Test
  @DisplayName("B4 an emitter that waits inside shield ends when the subscriber cancels")
  void shieldedEmitterEnds() {
    AtomicReference<@Nullable Thread> body = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Drain drain = new Drain(0);
    publisher(emitter ->
            Coroutine.shield(() -> {
              body.set(Thread.currentThread());
              thrown.set(catchThrowable(() -> emitter.emit("a")));
            }))
        .subscribe(drain);
    Eventually.until("parked", () -> isParked(body.get()));
    drain.cancel();
    Eventually.until("ended", () -> thrown.get() != null);
    assertThat(thrown.get()).isExactlyInstanceOf(CancellationException.class);
  }

  // B5

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

  // B6

  @Test
  @DisplayName("B6 cancel interrupts a blocking body; nothing is reported, no signal follows")
  void cancelInterrupts() {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Drain drain = new Drain(1);
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                inside.countDown();
                try {
                  sleep();
                } catch (InterruptedException e) {
                  interrupted.countDown();
                  throw e;
                }
              })
          .subscribe(drain);
      Eventually.until("inside", () -> inside.getCount() == 0);
      drain.cancel();
      Eventually.until("interrupted", () -> interrupted.getCount() == 0);
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  interface Blocking {
    void block(CountDownLatch inside) throws Exception;
  }

  enum Call implements Blocking {
    PIPE {
      @Override
      public void block(CountDownLatch inside) throws Exception {
        try (PipedInputStream pipe = new PipedInputStream()) {
          java.io.PipedOutputStream other = new java.io.PipedOutputStream(pipe);
          inside.countDown();
          int read = pipe.read();
          other.write(read);
        }
      }
    },
    SOCKET {
      @Override
      public void block(CountDownLatch inside) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
            Socket accepted = server.accept()) {
          inside.countDown();
          int read = accepted.getInputStream().read();
          client.getOutputStream().write(read);
        }
      }
    },
    PARKED_QUEUE {
      @Override
      public void block(CountDownLatch inside) throws Exception {
        inside.countDown();
        new java.util.concurrent.SynchronousQueue<String>().put("never taken");
      }
    }
  }

  static Stream<Call> calls() {
    return Stream.of(Call.values());
  }

  @ParameterizedTest
  @MethodSource("calls")
  @DisplayName("B6 cancelling a body inside a blocking call of the JDK is never noise")
  void cancelIsNoNoise(Call call) {
    CountDownLatch inside = new CountDownLatch(1);
    AtomicReference<@Nullable Coroutine<?>> body = new AtomicReference<>();
    Drain drain = new Drain(1);
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                body.set(Coroutine.current());
                call.block(inside);
              })
          .subscribe(drain);
      Eventually.until("inside", () -> inside.getCount() == 0);
      drain.cancel();
      Eventually.until("the body ended", () -> isDone(body.get()));
      Eventually.until(
          "its signals are over", () -> !lost.failures().isEmpty() || quiet(body.get()));
      assertThat(lost.failures()).isEmpty();
    }
  }

  /** True once actions after the body have run. */
  private static boolean quiet(@Nullable Coroutine<?> coroutine) {
    return coroutine != null && coroutine.state() == Coroutine.State.CANCELLED;
  }

  @Test
  @DisplayName("B6 A12 a failure of another kind after the cancel is reported")
  void failureAfterCancel() {
    IllegalStateException failure = new IllegalStateException("cleanup");
    CountDownLatch inside = new CountDownLatch(1);
    Drain drain = new Drain(1);
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                inside.countDown();
                try {
                  sleep();
                } catch (InterruptedException e) {
                  throw failure;
                }
              })
          .subscribe(drain);
      Eventually.until("inside", () -> inside.getCount() == 0);
      drain.cancel();
      Eventually.until("reported", () -> !lost.failures().isEmpty());
      assertThat(lost.failures()).containsExactly(failure);
      assertThat(drain.ends()).isZero();
    }
  }

  @Test
  @DisplayName("B6 no interrupt lands in onNext; it is delivered in the body behind it")
  void noInterruptInOnNext() {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    AtomicReference<@Nullable Boolean> flagInOnNext = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    AtomicReference<@Nullable Boolean> flagInBody = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              inside.countDown();
              Eventually.until("cancelled", () -> cancelled.getCount() == 0);
              flagInOnNext.set(Thread.currentThread().isInterrupted());
            });
    publisher(
            emitter -> {
              inBody.set(catchThrowable(() -> emitter.emit("a")));
              flagInBody.set(Thread.currentThread().isInterrupted());
            })
        .subscribe(drain);
    Eventually.until("inside onNext", () -> inside.getCount() == 0);
    drain.cancel();
    cancelled.countDown();
    Eventually.until("the body ends", () -> flagInBody.get() != null);
    assertThat(flagInOnNext.get()).isFalse();
    assertThat(inBody.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(flagInBody.get()).isTrue();
  }

  @Test
  @DisplayName("B6 a cancel from onNext itself never interrupts; emit then ends the body")
  void cancelFromOnNext() {
    AtomicReference<@Nullable Boolean> flagInOnNext = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    AtomicReference<@Nullable Boolean> flagInBody = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              self.cancel();
              flagInOnNext.set(Thread.currentThread().isInterrupted());
            });
    publisher(
            emitter -> {
              inBody.set(catchThrowable(() -> emitter.emit("a")));
              flagInBody.set(Thread.currentThread().isInterrupted());
            })
        .subscribe(drain);
    Eventually.until("the body ends", () -> flagInBody.get() != null);
    assertThat(flagInOnNext.get()).isFalse();
    assertThat(inBody.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(flagInBody.get()).isFalse();
    assertThat(drain.items()).containsExactly("a");
    assertThat(drain.ends()).isZero();
  }

  @Test
  @DisplayName("B6 Coroutine.current is null in onNext: the subscriber is not the body's code")
  void currentInOnNext() {
    AtomicReference<@Nullable Object> inBody = new AtomicReference<>();
    List<String> inOnNext = new CopyOnWriteArrayList<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> inOnNext.add(String.valueOf(Coroutine.current())));
    publisher(
            emitter -> {
              emitter.emit("a");
              inBody.set(Coroutine.current());
            })
        .subscribe(drain);
    drain.awaitEnd();
    assertThat(inOnNext).containsExactly("null");
    assertThat(inBody.get()).isNotNull();
  }

  @Test
  @DisplayName("A6 cancel and request return while another thread is inside onNext")
  void cancelAndRequestNeverWait() {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              inside.countDown();
              Eventually.until("released", () -> release.getCount() == 0);
            });
    publisher(
            emitter -> {
              try {
                emitter.emit("a");
              } finally {
                end.countDown();
              }
            })
        .subscribe(drain);
    Eventually.until("inside onNext", () -> inside.getCount() == 0);
    drain.request(1).cancel(); // would hang here
    assertThat(end.getCount()).isEqualTo(1);
    release.countDown();
    Eventually.until("the body ends", () -> end.getCount() == 0);
  }

  @Test
  @DisplayName("B6 a cancel inside onSubscribe: the body never runs, no signal follows")
  void cancelInOnSubscribe() {
    AtomicInteger runs = new AtomicInteger();
    Drain drain = new Drain(0);
    publisher(emitter -> runs.incrementAndGet())
        .subscribe(
            new org.reactivestreams.Subscriber<>() {
              @Override
              public void onSubscribe(org.reactivestreams.Subscription subscription) {
                subscription.cancel();
                drain.onSubscribe(subscription);
              }

              @Override
              public void onNext(String item) {
                drain.onNext(item);
              }

              @Override
              public void onError(Throwable failure) {
                drain.onError(failure);
              }

              @Override
              public void onComplete() {
                drain.onComplete();
              }
            });
    assertThat(runs).hasValue(0);
    assertThat(drain.ends()).isZero();
  }

  @Test
  @DisplayName("A9 B11 a foreign interrupt of the body's thread fails the stream")
  void foreignInterrupt() {
    Drain drain = new Drain(1);
    publisher(
            emitter -> {
              Thread.currentThread().interrupt();
              emitter.emit("a");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isInstanceOf(CancellationException.class);
    assertThat(drain.items()).isEmpty();
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("A12 an onComplete that throws is reported")
  void throwingOnComplete() {
    IllegalStateException failure = new IllegalStateException("onComplete");
    try (Undelivered lost = new Undelivered()) {
      publisher(emitter -> {})
          .subscribe(
              new org.reactivestreams.Subscriber<>() {
                @Override
                public void onSubscribe(org.reactivestreams.Subscription subscription) {}

                @Override
                public void onNext(String item) {}

                @Override
                public void onError(Throwable t) {}

                @Override
                public void onComplete() {
                  throw failure;
                }
              });
      Eventually.until("reported", () -> !lost.failures().isEmpty());
      assertThat(lost.failures()).containsExactly(failure);
    }
  }

  @Test
  @DisplayName("A1 B2 our publishers awaited by our awaits")
  void awaited() {
    for (Kind kind : Kind.values()) {
      Publisher<String> many =
          publisher(emitter -> {
            emitter.emit("a");
            emitter.emit("b");
            emitter.emit("c");
          });
      assertThat(Kind.outcome(() -> kind.of(many))).as(kind.name()).isEqualTo(kind.ofMany);
    }
  }
}
