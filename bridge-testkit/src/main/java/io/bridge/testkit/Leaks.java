package io.bridge.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Thousands of cancelled bodies, in every phase of their life, and what is left of them: threads,
 * subscriptions, lines on the error stream. Made for one test, closed by it.
 */
public final class Leaks implements AutoCloseable {

  /** How many bodies a test subscribes. */
  public static final int BODIES = 10_000;

  /** When the subscriber cancels. */
  public enum Phase {
    /** Inside its onSubscribe; a builder that is hot takes it as {@link #AT_ONCE}. */
    IN_ON_SUBSCRIBE,
    /** At once, which mostly is before the body begins. */
    AT_ONCE,
    /** While the body sleeps. */
    ASLEEP,
    /** While the body awaits a source that never ends. */
    AWAITING,
    /** Inside its own onNext, or in its onComplete if there is no item. */
    IN_SIGNAL
  }

  /** Subscribes to a body and says how to cancel it. */
  @FunctionalInterface
  public interface Subscribing {
    /**
     * Subscribes.
     *
     * @param phase when to cancel; where it is inside a signal, by the subscriber itself
     * @param body what the builder under test is to run
     * @return cancels
     */
    Runnable subscribe(Phase phase, Callable<String> body);
  }

  /** Awaits a source, by whatever await belongs to the builder. */
  @FunctionalInterface
  public interface Awaiting {
    /** Awaits {@code source}. */
    void await(Publisher<String> source) throws Exception;
  }

  private final PrintStream err = System.err;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final LiveThreads threads = LiveThreads.sinceNow();
  private final AtomicInteger subscriptions = new AtomicInteger();
  private final AtomicInteger cancels = new AtomicInteger();
  private final AtomicInteger began = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger asleep = new AtomicInteger();
  private final Awaiting awaiting;

  /** Captures the error stream until it is closed. */
  public Leaks(Awaiting awaiting) {
    this.awaiting = awaiting;
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  /** Subscribes to all bodies, cancels each in its phase, and asserts that nothing is left. */
  public void run(Subscribing builder) {
    List<Runnable> later = new ArrayList<>();
    int sleepers = 0;
    Phase[] phases = Phase.values();
    for (int i = 0; i < BODIES; i++) {
      Phase phase = phases[i % phases.length];
      Runnable cancel = builder.subscribe(phase, () -> body(phase));
      switch (phase) {
        case IN_ON_SUBSCRIBE, AT_ONCE -> cancel.run(); // cancelling twice is harmless
        case ASLEEP, AWAITING -> later.add(cancel);
        case IN_SIGNAL -> {}
      }
      sleepers += phase == Phase.ASLEEP ? 1 : 0;
    }
    int wanted = sleepers;
    Eventually.until("all sleep", () -> asleep.get() == wanted);
    Eventually.until("all await", () -> subscriptions.get() == later.size() - wanted);
    assertThat(threads.startedByBridge())
        .as("the threads that a dump shows")
        .isGreaterThanOrEqualTo(later.size());
    later.forEach(Runnable::run);
    assertNothingLeft();
  }

  /** Subscribes to a source that never ends; many do at once. */
  private void never(Subscriber<? super String> subscriber) {
    subscriptions.incrementAndGet();
    subscriber.onSubscribe(
        new Subscription() {
          @Override
          public void request(long n) {}

          @Override
          public void cancel() {
            cancels.incrementAndGet();
          }
        });
  }

  private String body(Phase phase) throws Exception {
    began.incrementAndGet();
    try {
      switch (phase) {
        case IN_SIGNAL -> {}
        case AWAITING -> awaiting.await(this::never);
        case ASLEEP -> {
          asleep.incrementAndGet();
          Thread.sleep(Duration.ofHours(1));
        }
        case IN_ON_SUBSCRIBE, AT_ONCE -> Thread.sleep(Duration.ofHours(1));
      }
      return "v";
    } finally {
      ended.incrementAndGet();
    }
  }

  private void assertNothingLeft() {
    Eventually.until("every body has ended", () -> began.get() == ended.get());
    Eventually.until("no thread is left", () -> threads.startedByBridge() == 0);
    assertThat(ended).as("a body that began later").hasValue(began.get());
    assertThat(began).hasValueGreaterThanOrEqualTo(BODIES * 3 / 5); // unless cancelled before
    assertThat(cancels).as("cancelled subscriptions").hasValue(subscriptions.get());
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Override
  public void close() {
    System.setErr(err);
  }
}
