package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.flux;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Emitter;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Race;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@Timeout(60)
class FluxBuilderTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Lost lost = new Lost();

  private final CompletableFuture<Throwable> thrown = new CompletableFuture<>();
  private final AtomicInteger emitted = new AtomicInteger();
  private final List<Thread> bodies = new CopyOnWriteArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  /** Emits 1, 2, 3, ... and says what ended it. */
  private Flux<Integer> endless() {
    return flux(this::emitForEver);
  }

  private void emitForEver(Emitter<Integer> emitter) {
    bodies.add(Thread.currentThread());
    try {
      while (true) {
        emitter.emit(emitted.incrementAndGet());
      }
    } catch (Throwable t) {
      thrown.complete(t);
      throw t;
    }
  }

  private static <T> T of(CompletableFuture<T> future) {
    return future.orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS).join();
  }

  private void assertQuiet() {
    for (Thread body : bodies) {
      Eventually.until("the end of the body's thread", () -> !body.isAlive());
    }
    assertThat(lost.droppedErrors).isEmpty();
    assertThat(lost.failures).isEmpty();
  }

  private static Flux<Integer> oneToThree() {
    return flux(emitter -> {
      for (int i = 1; i <= 3; i++) {
        emitter.emit(i);
      }
    });
  }

  @Test
  @DisplayName("B12 nothing runs at assembly, the body runs anew for each subscriber")
  void flux_subscribedTwice_runsTwice() {
    AtomicInteger runs = new AtomicInteger();
    Flux<Integer> flux = flux(emitter -> emitter.emit(runs.incrementAndGet()));
    assertThat(runs).hasValue(0);

    StepVerifier.create(flux).expectNext(1).expectComplete().verify(DEADLINE);
    StepVerifier.create(flux).expectNext(2).expectComplete().verify(DEADLINE);
  }

  @Test
  @DisplayName("B2 items follow the demand one by one, the end needs none")
  void flux_demand_isFollowed() {
    StepVerifier.create(oneToThree(), 0)
        .expectSubscription()
        .thenRequest(1)
        .expectNext(1)
        .thenRequest(2)
        .expectNext(2, 3)
        .expectComplete()
        .verify(DEADLINE);
    StepVerifier.create(ReactorBridge.<Integer>flux(emitter -> {}), 0)
        .expectComplete()
        .verify(DEADLINE);
    StepVerifier.create(
            ReactorBridge.<Integer>flux(emitter -> {
              throw new IOException("disk");
            }),
            0)
        .expectErrorMessage("disk")
        .verify(DEADLINE);
  }

  @Test
  @DisplayName("B2 emit suspends without demand: no more items are made than were asked for")
  void flux_slowSubscriber_bodyWaits() {
    AtomicInteger received = new AtomicInteger();
    BaseSubscriber<Integer> subscriber =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(2);
          }

          @Override
          protected void hookOnNext(Integer value) {
            received.incrementAndGet();
          }
        };
    endless().subscribe(subscriber);
    Eventually.until("the third is being emitted", () -> emitted.get() == 3);
    Eventually.until("the body waits", () -> bodies.get(0).getState() == Thread.State.WAITING);
    assertThat(received).hasValue(2);
    assertThat(emitted).hasValue(3);

    subscriber.request(1);
    Eventually.until("the fourth is being emitted", () -> emitted.get() == 4);

    subscriber.dispose();
    assertThat(of(thrown)).isInstanceOf(CancellationException.class);
    assertQuiet();
  }

  private static Stream<Named<java.util.function.UnaryOperator<Flux<Integer>>>> cutters() {
    return Stream.of(
        Named.of("take", flux -> flux.take(3)),
        Named.of("takeUntil", flux -> flux.takeUntil(i -> i == 3)),
        Named.of("publishOn", flux -> flux.publishOn(Schedulers.parallel(), 1).take(3)),
        Named.of("limitRate", flux -> flux.limitRate(2).take(3)),
        Named.of("flatMap", flux -> flux.flatMap(Mono::just, 1).take(3)),
        Named.of("concatMap", flux -> flux.concatMap(i -> Mono.just(i).hide(), 1).take(3)));
  }

  @ParameterizedTest
  @MethodSource("cutters")
  @DisplayName("B2, B6 an operator that cancels ends the body, without noise")
  void flux_cutOff_bodyEnds(java.util.function.UnaryOperator<Flux<Integer>> cutter) {
    StepVerifier.create(cutter.apply(endless()))
        .expectNext(1, 2, 3)
        .expectComplete()
        .verify(DEADLINE);

    assertThat(of(thrown)).isInstanceOf(CancellationException.class);
    assertQuiet();
    assertThat(emitted).hasValueLessThan(10);
  }

  /** As a Reactor operator does, and as a plain subscriber of RS does. */
  private static Stream<Named<Consumer<Flux<Integer>>>> hostileRequests() {
    return Stream.of(
        Named.of("none", flux -> flux.subscribe(new Hostile(0))),
        Named.of("negative", flux -> flux.subscribe(new Hostile(-1))),
        Named.of("none, CoreSubscriber", flux -> flux.subscribe(new HostileCore(0))),
        Named.of("negative, CoreSubscriber", flux -> flux.subscribe(new HostileCore(-1))));
  }

  private static final List<Throwable> HOSTILE_GOT = new CopyOnWriteArrayList<>();

  private static class Hostile implements Subscriber<Integer> {
    private final long demand;

    Hostile(long demand) {
      this.demand = demand;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      Thread.startVirtualThread(() -> {
        subscription.request(1);
        subscription.request(demand);
      });
    }

    @Override
    public void onNext(Integer item) {}

    @Override
    public void onError(Throwable failure) {
      HOSTILE_GOT.add(failure);
    }

    @Override
    public void onComplete() {}
  }

  private static final class HostileCore extends Hostile implements CoreSubscriber<Integer> {
    HostileCore(long demand) {
      super(demand);
    }
  }

  @ParameterizedTest
  @MethodSource("hostileRequests")
  @DisplayName("B2, RS 3.9: request(n <= 0) signals IllegalArgumentException and cancels the body")
  void flux_requestBelowOne_failsAndCancels(Consumer<Flux<Integer>> subscribe) {
    HOSTILE_GOT.clear();
    subscribe.accept(endless());

    Eventually.until("the failure", () -> !HOSTILE_GOT.isEmpty());
    for (Thread body : bodies) { // none if the request came before the body was started
      Eventually.until("the end", () -> !body.isAlive());
      assertThat(of(thrown)).isInstanceOf(CancellationException.class);
    }
    assertThat(HOSTILE_GOT).hasSize(1);
    assertThat(HOSTILE_GOT.get(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("B2 recursive request(1) from onNext does not grow the stack")
  void flux_requestFromOnNext_noOverflow() {
    int count = 200_000;
    CompletableFuture<Integer> last = new CompletableFuture<>();
    Flux<Integer> flux =
        flux(emitter -> {
          for (int i = 1; i <= count; i++) {
            emitter.emit(i);
          }
        });
    flux.subscribe(
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(1);
          }

          @Override
          protected void hookOnNext(Integer value) {
            if (value == count) {
              last.complete(value);
            }
            request(1);
          }
        });
    assertThat(of(last)).isEqualTo(count);
  }

  @Test
  @DisplayName("B3 emit(null) throws and leaves the stream usable")
  void flux_emitNull_streamUsable() {
    Flux<String> flux =
        flux(emitter -> {
          try {
            emitter.emit(Nulls.smuggled());
          } catch (NullPointerException e) {
            emitter.emit("refused " + e.getMessage());
          }
        });
    StepVerifier.create(flux).expectNext("refused item").expectComplete().verify(DEADLINE);
  }

  @Test
  @DisplayName("B table: items before a failure are delivered, the failure by identity")
  void flux_failing_itemsThenSameObject() {
    IOException io = new IOException("disk");
    Flux<Integer> flux =
        flux(emitter -> {
          emitter.emit(1);
          throw io;
        });
    StepVerifier.create(flux).expectNext(1).expectErrorMatches(io::equals).verify(DEADLINE);
    assertThat(lost.droppedErrors).isEmpty();
  }

  private static Stream<Error> fatalErrors() {
    return Stream.of(
        new NoClassDefFoundError("a fatal one for the test"),
        new OutOfMemoryError("a fatal one for the test"),
        new StackOverflowError("a fatal one for the test"));
  }

  @ParameterizedTest
  @MethodSource("fatalErrors")
  @DisplayName("B11 a fatal error ends the Flux with that error")
  void flux_fatalError_ends(Error fatal) {
    Flux<Integer> flux =
        flux(emitter -> {
          throw fatal;
        });
    StepVerifier.create(flux).expectErrorMatches(fatal::equals).verify(DEADLINE);
  }

  @Test
  @DisplayName("B6 dispose interrupts a sleeping body; nothing reaches onErrorDropped")
  void flux_disposed_interruptsQuietly() throws Exception {
    CountDownLatch asleep = new CountDownLatch(1);
    Flux<Integer> flux =
        flux(emitter -> {
          bodies.add(Thread.currentThread());
          asleep.countDown();
          try {
            Thread.sleep(Duration.ofMinutes(5));
          } catch (InterruptedException e) {
            thrown.complete(e);
            throw e;
          }
        });
    Disposable subscription = flux.subscribe();
    assertThat(asleep.await(30, TimeUnit.SECONDS)).isTrue();

    subscription.dispose();

    assertThat(of(thrown)).isInstanceOf(InterruptedException.class);
    assertQuiet();
  }

  @Test
  @DisplayName("B table, A12: a failure after the cancel goes to onErrorDropped")
  void flux_failsAfterCancel_onErrorDropped() {
    IllegalStateException late = new IllegalStateException("cleanup failed");
    Flux<Integer> flux =
        flux(emitter -> {
          try {
            emitForEver(emitter);
          } catch (CancellationException e) {
            throw late;
          }
        });
    StepVerifier.create(flux, 1).expectNext(1).thenCancel().verify(DEADLINE);

    Eventually.until("the report", () -> !lost.droppedErrors.isEmpty());
    assertThat(lost.droppedErrors).containsExactly(late);
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("B5 a throwing onNext is rethrown from emit, cancels the body, nothing more is sent")
  void flux_onNextThrows_rethrownFromEmit() {
    IllegalStateException refusal = new IllegalStateException("refused");
    List<Object> signals = new CopyOnWriteArrayList<>();
    endless()
        .subscribe(
            new CoreSubscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(Integer item) {
                signals.add(item);
                throw refusal;
              }

              @Override
              public void onError(Throwable failure) {
                signals.add(failure);
              }

              @Override
              public void onComplete() {
                signals.add("complete");
              }
            });

    assertThat(of(thrown)).isSameAs(refusal);
    for (Thread body : bodies) {
      Eventually.until("the end", () -> !body.isAlive());
    }
    assertThat(signals).containsExactly(1);
  }

  @Test
  @DisplayName("A5, B6: a body that awaits while it emits, cut off in the await")
  void flux_cancelledInAwait_reachesTheSource() {
    AtomicInteger cancels = new AtomicInteger();
    Flux<String> flux =
        flux(emitter -> {
          bodies.add(Thread.currentThread());
          emitter.emit("first");
          emitter.emit(awaitSingle(Mono.<String>never().doOnCancel(cancels::incrementAndGet)));
        });
    Disposable subscription = flux.subscribe();
    Eventually.until("the body", () -> !bodies.isEmpty());
    Eventually.until("the body waits", () -> bodies.get(0).getState() == Thread.State.WAITING);

    subscription.dispose();

    assertQuiet();
    assertThat(cancels).hasValue(1);
  }

  @Test
  @DisplayName("B6 no interrupt of ours lands in the subscriber's onNext, race with cancel")
  void flux_cancelRacesEmit_onNextNotInterrupted() throws Exception {
    Map<String, Integer> outcomes =
        Race.run(
            1_000,
            () ->
                new Race.Round() {
                  final CountDownLatch first = new CountDownLatch(1);
                  final AtomicInteger interrupted = new AtomicInteger();
                  final Disposable subscription =
                      endless()
                          .subscribe(value -> {
                            first.countDown();
                            for (int i = 0; i < 10; i++) {
                              interrupted.addAndGet(Thread.interrupted() ? 1 : 0);
                              Thread.onSpinWait();
                            }
                          });

                  @Override
                  public void left() throws Exception {
                    assertThat(first.await(30, TimeUnit.SECONDS)).isTrue();
                  }

                  @Override
                  public void right() throws Exception {
                    assertThat(first.await(30, TimeUnit.SECONDS)).isTrue();
                    subscription.dispose();
                  }

                  @Override
                  public String outcome() {
                    assertQuiet();
                    bodies.clear();
                    return interrupted.get() == 0 ? "quiet" : "INTERRUPTED";
                  }
                });

    assertThat(outcomes).containsOnlyKeys("quiet");
  }
}
