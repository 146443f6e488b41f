package io.bridge.internal.cancel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import io.bridge.internal.coroutine.RunningCoroutine;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("T3 A17 the timers of the JVM")
@Timeout(60)
class TimersTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  /** What stays until the timer thread takes it out: in the inbox, and in the heap. */
  private static final int BOUND = 1000;

  private final Timers timers = Timers.SYSTEM;

  private static void inTime() {
    String value = Coroutine.<String, RuntimeException>withTimeout(LONG, () -> "a");
    assertThat(value).isEqualTo("a");
  }

  @Test
  @DisplayName("T3 100 000 blocks that returned in time, or failed, leave few shells of timers")
  void blocks() {
    for (int i = 0; i < 100_000; i++) {
      inTime();
    }
    assertThatThrownBy(() ->
            Coroutine.withTimeout(
                LONG,
                () -> {
                  throw new IllegalStateException("body");
                }))
        .isInstanceOf(IllegalStateException.class);
    Eventually.until("few are left", () -> Timers.SYSTEM.kept() < BOUND);
  }

  @Test
  @DisplayName("T3 A17 100 000 timers that waited in the heap are taken out when they are closed")
  void closedInHeap() {
    List<Registration> open = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      open.add(timers.schedule(LONG.plusNanos(i), () -> {}));
    }
    CountDownLatch drained = new CountDownLatch(1);
    timers.schedule(Duration.ofNanos(1), drained::countDown);
    Eventually.until("the heap has them", () -> drained.getCount() == 0);
    Collections.shuffle(open, new Random(1));
    open.forEach(Registration::close);
    Eventually.until("few are left", () -> timers.kept() < BOUND);
  }

  @Test
  @DisplayName("T3 A13 a closed timer keeps nothing of the code that it was for")
  void closed_keepsNothing() {
    Object[] frame = {new Object()};
    WeakReference<Object> kept = new WeakReference<>(frame[0]);
    Registration timer = timers.schedule(LONG, task(frame[0]));
    timer.close();
    frame[0] = frame;
    Eventually.until(
        "it is gone",
        () -> {
          System.gc();
          return kept.get() == null;
        });
    assertThat(timer).isNotNull();
  }

  private static Runnable task(Object of) {
    return () -> assertThat(of).isNotNull();
  }

  @Test
  @DisplayName("T3 each runs once, not before its time, in the order of the deadlines")
  void order() {
    Random random = new Random(7);
    List<Long> ran = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger early = new AtomicInteger();
    int count = 2_000;
    for (int i = 0; i < count; i++) {
      long micros = 1L + random.nextInt(100_000);
      long due = System.nanoTime() + micros * 1_000;
      Registration timer =
          timers.schedule(
              Duration.ofNanos(micros * 1_000),
              () -> {
                if (System.nanoTime() < due) {
                  early.incrementAndGet();
                }
                ran.add(due);
              });
      if (i % 3 == 0) {
        timers.schedule(Duration.ofNanos(micros), () -> {}).close();
        assertThat(timer).isNotNull();
      }
    }
    Eventually.until("all ran", () -> ran.size() == count);
    assertThat(early).hasValue(0);
  }

  private static boolean isTimerThreadWaiting() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("bridge-timer"))
        .anyMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING);
  }

  @Test
  @DisplayName("T3 the longest duration is never, and harms no other")
  void never() {
    AtomicInteger ran = new AtomicInteger();
    timers.schedule(Duration.ofSeconds(Long.MAX_VALUE), ran::incrementAndGet);
    timers.schedule(Duration.ofNanos(Long.MAX_VALUE >> 1), ran::incrementAndGet);
    CountDownLatch other = new CountDownLatch(1);
    Eventually.until("the timer thread waits for the first", TimersTest::isTimerThreadWaiting);
    timers.schedule(Duration.ofMillis(1), other::countDown);
    Eventually.until("another one runs", () -> other.getCount() == 0);
    assertThat(ran).hasValue(0);
  }

  @Test
  @DisplayName("A11 (2): a task that throws, or finds no memory at first, stops no other")
  void throwing() {
    AtomicInteger tries = new AtomicInteger();
    List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
    Registration handler = Undeliverable.onFailure(reported::add);
    timers.schedule(
        Duration.ofNanos(1),
        () -> {
          if (tries.incrementAndGet() < 3) {
            throw new OutOfMemoryError("of a test");
          }
        });
    timers.schedule(
        Duration.ofNanos(2),
        () -> {
          throw new StackOverflowError("of a test");
        });
    Eventually.until("it was tried again", () -> tries.get() == 3);
    Eventually.until("the other is told", () -> reported.size() == 1);
    handler.close();
  }

  @Test
  @DisplayName(
      "T3 A13 (2): the timer thread keeps no class loader and thread-local of its first user")
  void thread() throws InterruptedException {
    InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
    List<@Nullable Object> seen = Collections.synchronizedList(new ArrayList<>());
    Thread user =
        new Thread(() -> {
          local.set("a");
          Thread.currentThread().setContextClassLoader(new ClassLoader(null) {});
          timers.schedule(
              Duration.ofNanos(1),
              () -> {
                seen.add(local.get());
                seen.add(Thread.currentThread().getContextClassLoader());
              });
        });
    user.start();
    user.join();
    Eventually.until("it ran", () -> seen.size() == 2);
    assertThat(seen).containsExactly(null, ClassLoader.getSystemClassLoader());
  }

  @Test
  @DisplayName("A6 T3 P16: while the timer thread cancels a tree, other deadlines do not wait")
  void tree() {
    List<CancelFrame> children = new ArrayList<>();
    AtomicInteger cancelledBefore = new AtomicInteger(-1);
    try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
      for (int i = 0; i < 20_000; i++) { // more than one slice of the walk
        children.add((RunningCoroutine<?>) scope.fork(() -> Await.delay(LONG)));
      }
      Timers.SYSTEM.schedule(
          Duration.ofNanos(1),
          () -> {
            Timers.SYSTEM.schedule(
                Duration.ofNanos(1),
                () ->
                    cancelledBefore.set(
                        (int) children.stream().filter(CancelFrame::isCancelled).count()));
            scope.cancel();
          });
      Eventually.until("the other timer has run", () -> cancelledBefore.get() >= 0);
    }
    assertThat(cancelledBefore.get()).isLessThan(children.size());
    assertThat(children).allMatch(CancelFrame::isCancelled);
  }
}
