package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName(
    "B4 races of a body that emits without a pause against the first emit of another thread")
@Timeout(180)
class EmitterBiasRaceTest {

  private static final int ROUNDS = Races.ROUNDS / 2;
  private static final String OWN = "own";
  private static final String OTHER = "other";
  private static final int OTHERS = 2;

  /** Counts without any fence: only the emitters order what it does. */
  private static final class Unfenced implements Subscriber<String> {
    private final long batch;
    private @Nullable Subscription upstream;
    private long requested;
    private long items;
    private boolean aboveDemand;

    // what tells an overlap, and the end, is seen by all threads
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean overlapped;
    private volatile boolean ended;
    private volatile boolean flowing;

    Unfenced(long batch) {
      this.batch = batch;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream = subscription;
      requested = batch;
      subscription.request(batch);
    }

    @Override
    public void onNext(String item) {
      if (inside.getAndIncrement() > 0) {
        overlapped = true;
      }
      items++;
      aboveDemand |= items > requested;
      if (items == requested) {
        requested += batch;
        requireNonNull(upstream).request(batch);
      }
      if (item.equals(OTHER)) {
        Races.spinNanos(500); // long enough for the owner to come in beside it
      } else {
        flowing = true;
      }
      inside.decrementAndGet();
    }

    @Override
    public void onError(Throwable failure) {
      ended = true;
    }

    @Override
    public void onComplete() {
      ended = true;
    }

    void cancel() {
      requireNonNull(upstream).cancel();
    }
  }

  /**
   * A body that emits until it is told to stop, or is cancelled. It never leaves its carrier, and
   * JDK 21 may not wake another one for a virtual thread that is started meanwhile: the other
   * emitters have platform threads.
   */
  private static final class Emitting implements AutoCloseable {
    final AtomicReference<@Nullable Emitter<String>> handed = new AtomicReference<>();
    final Unfenced subscriber;
    private volatile boolean stop;
    private volatile boolean done;
    private volatile long emitted;

    Emitting(long batch) {
      subscriber = new Unfenced(batch);
      Publishers.<String>publisher(
              emitter -> {
                handed.set(emitter);
                long own = 0;
                try {
                  while (!stop) {
                    emitter.emit(OWN);
                    own++;
                  }
                } finally {
                  emitted = own;
                  done = true;
                }
              })
          .subscribe(subscriber);
      Races.spinUntil("items flow", () -> subscriber.flowing);
      Races.spinNanos(ThreadLocalRandom.current().nextLong(500));
    }

    void emitOther() {
      requireNonNull(handed.get()).emit(OTHER);
    }

    void end() {
      stop = true;
      Races.spinUntil("the end", () -> subscriber.ended);
    }

    /** Also after a failure: the next test needs the carrier. */
    @Override
    public void close() {
      stop = true;
    }

    void assertLawful(long others) {
      assertThat(subscriber.overlapped).as("RS 1.3: two signals at once").isFalse();
      assertThat(subscriber.aboveDemand).as("RS 1.1: an item without a request").isFalse();
      assertThat(subscriber.items).as("items that were counted").isEqualTo(emitted + others);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3, Long.MAX_VALUE})
  @DisplayName("B4 RS 1.1 1.3 one at a time, each within the demand, none uncounted")
  void otherAgainstOwner(long batch) throws Exception {
    Races.rounds(
        ROUNDS,
        () -> {
          try (Emitting body = new Emitting(batch)) {
            for (int other = 0; other < OTHERS; other++) {
              body.emitOther();
            }
            body.end();
            body.assertLawful(OTHERS);
          }
        });
  }

  @Test
  @DisplayName("B4 RS 1.3 two other threads at once: one at a time, none uncounted")
  void twoOthersAgainstOwner() throws Exception {
    Races.rounds(
        ROUNDS,
        () -> {
          try (Emitting body = new Emitting(Long.MAX_VALUE)) {
            Thread second = Thread.ofPlatform().start(body::emitOther);
            body.emitOther();
            Races.spinUntil("the second has emitted", () -> !second.isAlive());
            body.end();
            body.assertLawful(OTHERS);
          }
        });
  }

  @Test
  @DisplayName("B4 the body ends while another thread emits: counted, or refused")
  void otherAgainstEnd() throws Exception {
    Races.rounds(
        ROUNDS,
        () -> {
          try (Emitting body = new Emitting(Long.MAX_VALUE)) {
            body.stop = true;
            Races.spinNanos(ThreadLocalRandom.current().nextLong(3_000));
            int others = 1;
            try {
              body.emitOther();
            } catch (IllegalStateException tooLate) {
              others = 0;
            }
            body.end();
            body.assertLawful(others);
          }
        });
  }

  @Test
  @DisplayName("B4 B6 the subscriber cancels meanwhile: both emitters end, no item beside another")
  void otherAgainstCancel() throws Exception {
    Races.rounds(
        ROUNDS,
        () -> {
          try (Emitting body = new Emitting(Long.MAX_VALUE)) {
            Thread other =
                Thread.ofPlatform()
                    .start(() -> {
                      try {
                        while (true) {
                          body.emitOther();
                        }
                      } catch (CancellationException cancelled) {
                        // as it should end
                      }
                    });
            Races.spinNanos(ThreadLocalRandom.current().nextLong(20_000));
            body.subscriber.cancel();
            Races.spinUntil("the body ends", () -> body.done);
            Races.spinUntil("the other ends", () -> !other.isAlive());
            assertThat(body.subscriber.overlapped).as("RS 1.3: two signals at once").isFalse();
            assertThat(body.subscriber.ended).isFalse();
          }
        });
  }
}
