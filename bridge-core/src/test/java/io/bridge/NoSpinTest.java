package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.ThreadCpu;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A10 a parked await uses no CPU, whatever woke it")
@Timeout(60)
class NoSpinTest {

  private static final Duration PARKED = Duration.ofSeconds(1);
  private static final Duration ALLOWED = Duration.ofMillis(20);

  interface Waiting {
    void on(Probe<String> probe) throws Exception;
  }

  static Stream<Arguments> cases() {
    Waiting plain = probe -> Await.await(probe);
    Waiting leftOverPermit =
        probe -> {
          LockSupport.unpark(Thread.currentThread());
          Thread.sleep(1);
          LockSupport.unpark(Thread.currentThread());
          Await.await(probe);
        };
    Waiting shielded =
        probe -> Coroutine.<@Nullable String, Exception>shield(() -> Await.await(probe));
    Waiting elsewhere =
        probe -> {
          VoidBody<Exception> shieldedBody = () -> shielded.on(probe);
          Coroutine.runOn(task -> Thread.ofVirtual().start(task), shieldedBody);
        };
    Consumer<Thread> nothing = thread -> {};
    Consumer<Thread> unpark = LockSupport::unpark;
    Consumer<Thread> interrupt = Thread::interrupt;
    return Stream.of(
        Arguments.of("a stray unpark", plain, unpark),
        Arguments.of("a left-over permit", leftOverPermit, nothing),
        Arguments.of("an interrupt under shield", shielded, interrupt),
        Arguments.of("an interrupt in runOn", elsewhere, interrupt));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  @DisplayName("A10 1 s parked after a stray wake-up: under 20 ms CPU")
  void parked(String name, Waiting waiting, Consumer<Thread> disturbance) {
    Probe<String> probe = new Probe<>();
    Fork<String> fork = Fork.platform(() -> waiting.on(probe));
    probe.awaitRequest();
    fork.awaitParked();
    Duration before = ThreadCpu.of(fork.thread());
    disturbance.accept(fork.thread());
    long end = System.nanoTime() + PARKED.toNanos();
    Eventually.until("a second is over", () -> System.nanoTime() - end > 0);
    assertThat(ThreadCpu.of(fork.thread()).minus(before)).as(name).isLessThan(ALLOWED);
    probe.next("a").complete();
    assertThat(fork.join()).isEqualTo("done");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("emitters")
  @DisplayName("A10 B2 1 s in emit without demand after a stray wake-up: under 20 ms CPU")
  void emit(String name, boolean shield, Consumer<Thread> disturbance) {
    Drain drain = new Drain(0);
    Probe<String> hand = new Probe<>();
    Fork<String> fork =
        Fork.platform(() -> {
          Emitter<String> emitter =
              Await.suspend(s ->
                  Publishers.<String>publisher(
                          e -> {
                            s.resume(e);
                            Await.await(hand);
                          })
                      .subscribe(drain));
          if (shield) {
            Coroutine.shield(() -> emitter.emit("a"));
          } else {
            emitter.emit("a");
          }
        });
    hand.awaitRequest();
    fork.awaitParked();
    Duration before = ThreadCpu.of(fork.thread());
    disturbance.accept(fork.thread());
    long end = System.nanoTime() + PARKED.toNanos();
    Eventually.until("a second is over", () -> System.nanoTime() - end > 0);
    assertThat(ThreadCpu.of(fork.thread()).minus(before)).as(name).isLessThan(ALLOWED);
    drain.request(1);
    assertThat(fork.join()).isEqualTo("done");
    hand.complete();
    assertThat(drain.awaitEnd().items()).containsExactly("a");
  }

  static Stream<Arguments> emitters() {
    Consumer<Thread> unpark = LockSupport::unpark;
    Consumer<Thread> interrupt = Thread::interrupt;
    return Stream.of(
        Arguments.of("a stray unpark", false, unpark),
        Arguments.of("an interrupt under shield", true, interrupt));
  }
}
