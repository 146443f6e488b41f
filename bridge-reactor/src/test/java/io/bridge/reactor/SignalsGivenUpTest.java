package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mono;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

@DisplayName("A12 B10 a value that a scheduler has, and nobody wants any more")
@Timeout(60)
class SignalsGivenUpTest {

  private final Lost lost = new Lost();
  private final List<Object> natively = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    lost.close();
  }

  private Mono<String> resource(Scheduler signals) {
    return mono(signals, () -> "a resource").doOnDiscard(String.class, natively::add);
  }

  private void assertGivenUpOnce() {
    Eventually.until("given up", () -> !lost.values.isEmpty());
    assertThat(lost.values).containsExactly("a resource");
    assertThat(natively).containsExactly("a resource");
    assertThat(lost.failures).isEmpty();
    assertThat(lost.droppedErrors).isEmpty();
  }

  @Test
  @DisplayName("A12 B10 a value that waits for the scheduler is given up after a cancel, once")
  void cancelledWhileQueued() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    List<Object> signals = new CopyOnWriteArrayList<>();
    Disposable subscription =
        resource(Schedulers.fromExecutor(tasks::add))
            .subscribe(signals::add, signals::add, () -> signals.add("end"));
    Runnable task = tasks.poll(30, TimeUnit.SECONDS);
    subscription.dispose();
    assertThat(task).isNotNull();
    if (task != null) {
      task.run();
    }
    assertGivenUpOnce();
    assertThat(signals).isEmpty();
  }

  @Test
  @DisplayName("A12 B10 a value that the scheduler rejects is given up, the rejection the failure")
  void rejected() {
    Scheduler gone = Schedulers.newSingle("gone");
    gone.dispose();
    List<Object> signals = new CopyOnWriteArrayList<>();
    resource(gone).subscribe(signals::add, signals::add, () -> signals.add("end"));
    Eventually.until("the end", () -> !signals.isEmpty());
    assertThat(signals).hasSize(1);
    assertThat(signals.get(0)).isInstanceOf(RejectedExecutionException.class);
    assertGivenUpOnce();
  }

  /** Signals in words, also those after its cancel. */
  private static final class Plain implements CoreSubscriber<String> {
    final List<String> signals = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream.set(subscription);
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String item) {
      signals.add(item);
    }

    @Override
    public void onError(Throwable failure) {
      signals.add(failure.toString());
    }

    @Override
    public void onComplete() {
      signals.add("end");
    }

    void cancel() {
      requireNonNull(upstream.get()).cancel();
    }
  }

  static Stream<Arguments> endings() {
    IOException failure = new IOException("disk");
    Function<Scheduler, CorePublisher<String>> failingFlux =
        signals ->
            flux(
                signals,
                emitter -> {
                  throw failure;
                });
    Function<Scheduler, CorePublisher<String>> failingMono =
        signals ->
            mono(
                signals,
                () -> {
                  throw failure;
                });
    Function<Scheduler, CorePublisher<String>> endingFlux = signals -> flux(signals, emitter -> {});
    Function<Scheduler, CorePublisher<String>> emptyMono = signals -> mono(signals, () -> null);
    return Stream.of(
        Arguments.of("failing flux", failingFlux, List.of(failure)),
        Arguments.of("failing mono", failingMono, List.of(failure)),
        Arguments.of("ending flux", endingFlux, List.of()),
        Arguments.of("empty mono", emptyMono, List.of()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("endings")
  @DisplayName(
      "A12 B10 an end that waits for the scheduler: none after a cancel, a failure dropped")
  void cancelledWhileEndQueued(
      String name, Function<Scheduler, CorePublisher<String>> builder, List<Throwable> dropped)
      throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    Plain subscriber = new Plain();
    builder.apply(Schedulers.fromExecutor(tasks::add)).subscribe(subscriber);
    Runnable task = requireNonNull(tasks.poll(30, TimeUnit.SECONDS));
    subscriber.cancel();
    task.run();
    assertThat(subscriber.signals).isEmpty();
    assertThat(lost.droppedErrors).isEqualTo(dropped);
    assertThat(lost.failures).isEmpty();
  }
}
