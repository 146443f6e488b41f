package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Race;
import io.bridge.fixtures.ThreadCpu;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("B10 A10 signals on an executor: many threads, waiting, races")
@Timeout(120)
class SignalsOnExecutorRaceTest extends SignalsOnExecutor {

  // many threads

  @Test
  @DisplayName("B4 B10 RS 1.3 emits of several threads on an executor of four: serial, none lost")
  void concurrentEmit() {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      Drain drain = new Drain(1).onNext((self, item) -> self.request(1));
      Publishers.<String>publisher(
              pool,
              emitter -> {
                List<Coroutine<@Nullable Void>> children = new ArrayList<>();
                for (int c = 0; c < 8; c++) {
                  children.add(
                      Coroutine.start(() -> {
                        for (int i = 0; i < 200; i++) {
                          emitter.emit("item");
                        }
                      }));
                }
                children.forEach(Coroutine::await);
              })
          .subscribe(drain);
      assertThat(drain.awaitEnd().items()).hasSize(1_600);
      assertThat(drain.failure()).isNull();
      assertThat(drain.wasLawful()).isTrue();
    }
  }

  /** Counts in a plain field, which each signal reads on whatever thread it comes. */
  private static final class PlainCounter implements Subscriber<Integer> {
    final CountDownLatch end = new CountDownLatch(1);
    final List<Long> threads = new CopyOnWriteArrayList<>();
    private int plain;
    private int atTheEnd;

    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Integer item) {
      if (item == plain) {
        plain++;
      }
      long id = Thread.currentThread().threadId();
      if (!threads.contains(id)) {
        threads.add(id);
      }
    }

    @Override
    public void onError(Throwable failure) {
      end.countDown();
    }

    @Override
    public void onComplete() {
      atTheEnd = plain;
      end.countDown();
    }

    int seen() {
      SignalsOnExecutor.await(end);
      return atTheEnd;
    }
  }

  @Test
  @DisplayName("B10 RS 1.3 on an executor of four threads each signal sees what the last one wrote")
  void happensBefore() {
    int items = 20_000;
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      PlainCounter counter = new PlainCounter();
      Publishers.<Integer>publisher(
              pool,
              emitter -> {
                for (int i = 0; i < items; i++) {
                  emitter.emit(i);
                }
              })
          .subscribe(counter);
      assertThat(counter.seen()).isEqualTo(items);
      assertThat(counter.threads).hasSizeGreaterThan(1);
    }
  }

  // A10

  static Stream<Named<Consumer<Thread>>> disturbances() {
    return Stream.of(
        Named.of("a stray unpark", java.util.concurrent.locks.LockSupport::unpark),
        Named.of("an interrupt", Thread::interrupt));
  }

  @ParameterizedTest
  @MethodSource("disturbances")
  @DisplayName("A10 B10 1 s in emit while onNext runs, after a stray wake-up: under 20 ms CPU")
  void noSpin(Consumer<Thread> disturbance) {
    Probe<String> hold = new Probe<>();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Drain drain =
        new Drain(1)
            .onNext((self, item) -> {
              inside.countDown();
              SignalsOnExecutor.await(release);
            });
    Publishers.publisher(single, body.of(emitter -> Await.await(hold))).subscribe(drain);
    hold.awaitRequest();
    Fork<String> fork =
        Fork.platform(() -> {
          body.emitter().emit("a");
          Thread.interrupted();
        });
    await(inside);
    fork.awaitParked();
    Duration before = ThreadCpu.of(fork.thread());
    disturbance.accept(fork.thread());
    long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    Eventually.until("a second is over", () -> System.nanoTime() - end > 0);
    assertThat(ThreadCpu.of(fork.thread()).minus(before)).isLessThan(Duration.ofMillis(20));
    assertThat(fork.isDone()).isFalse();
    release.countDown();
    assertThat(fork.join()).isEqualTo("done");
    hold.complete();
    assertThat(drain.awaitEnd().items()).containsExactly("a");
  }

  // races

  @Test
  @DisplayName("B10 20 000 rounds: cancel against the executor; an item is delivered or taken back")
  void cancelAgainstRun() throws Exception {
    try (Races.Lost none = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              Races.ROUNDS,
              "taken back",
              "delivered",
              () -> {
                Held held = new Held();
                Body own = new Body();
                AtomicBoolean flagSeen = new AtomicBoolean();
                Drain drain =
                    new Drain(1)
                        .onNext(
                            (self, item) -> flagSeen.set(Thread.currentThread().isInterrupted()));
                Publishers.publisher(held, own.of(emitter -> own.emit("a"))).subscribe(drain);
                Races.spinUntil("an item", () -> !held.isEmpty());
                Runnable item = held.next();
                return new Race.Round() {
                  @Override
                  public void left() {
                    drain.cancel();
                  }

                  @Override
                  public void right() {
                    item.run();
                  }

                  @Override
                  public String outcome() {
                    Races.spinUntil("the body ends", () -> isGone(own.thread.get()));
                    assertThat(drain.wasLawful()).isTrue();
                    assertThat(drain.ends()).isZero();
                    assertThat(flagSeen).isFalse();
                    assertThat(none.failures()).isZero();
                    if (own.thrown.isEmpty()) { // the item, and the end of the body before cancel
                      assertThat(drain.items()).containsExactly("a");
                      return "delivered";
                    }
                    assertThat(own.thrown.get(0)).isExactlyInstanceOf(CancellationException.class);
                    if (drain.items().isEmpty()) {
                      assertThat(own.thrown).hasSize(1);
                      return "taken back";
                    }
                    return "delivered";
                  }
                };
              });
      Races.assertAll(outcomes, List.of("taken back", "delivered"));
    }
  }
}
