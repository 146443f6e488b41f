package io.bridge;

import static io.bridge.Streams.isDone;
import static io.bridge.Streams.isParked;
import static io.bridge.Streams.publisher;
import static io.bridge.Streams.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.io.PipedInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("B4, B6, A6: the cancel of a stream reaches its body")
@Timeout(60)
class EmitterCancellationTest {

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

  static Stream<Throwable> failures() {
    return Stream.of(new IllegalStateException("cleanup"), new OutOfMemoryError("cleanup"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  @DisplayName("B6 B11 A12 a failure of another kind after the cancel is reported")
  void failureAfterCancel(Throwable failure) {
    CountDownLatch inside = new CountDownLatch(1);
    Drain drain = new Drain(1);
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                inside.countDown();
                try {
                  sleep();
                } catch (InterruptedException e) {
                  if (failure instanceof Error error) {
                    throw error;
                  }
                  throw (Exception) failure;
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
}
