package io.bridge.internal.cancel;

import io.bridge.AwaitTimeoutException;
import io.bridge.CoroutineContext;
import io.bridge.Registration;
import io.bridge.TimeSource;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.stress.protocol.Actors;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A block with a deadline ({@link TimeoutFrame}, {@link BlockFrame}): in time or not, and no
 * interrupt behind the block (T1, T2, A9). Proof of docs/design/coroutine.md.
 */
public final class TimeoutStress {

  private static final Duration ONE_SECOND = Duration.ofSeconds(1);

  private TimeoutStress() {}

  /** The actor that waits in the block, and the one that is its timer. */
  abstract static class Timed implements TimeSource {

    volatile @Nullable Runnable timer;
    volatile boolean expired;

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public Registration schedule(Duration delay, Runnable task) {
      timer = task;
      return () -> {};
    }

    final void expire() {
      Actors.take(() -> timer).run();
      expired = true;
    }
  }

  /** The deadline passes while the block returns. Catches deadline-not-waited-for.patch. */
  @JCStressTest
  @Outcome(id = "value, flag down", expect = Expect.ACCEPTABLE, desc = "returned in time")
  @Outcome(id = "timed out, flag down", expect = Expect.ACCEPTABLE, desc = "the deadline was first")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an interrupt behind the block")
  @State
  public static class ExpireAgainstReturn extends Timed {

    @Actor
    public void block(LL_Result r) {
      CoroutineContext.with(
          KEY,
          this,
          () -> {
            try {
              int value = TimeoutFrame.run(ONE_SECOND, () -> 1);
              r.r1 = value == 1 ? "value" : "other";
            } catch (AwaitTimeoutException e) {
              r.r1 = "timed out";
            }
            Actors.until(() -> expired);
            r.r2 = Actors.flag(); // still in a frame, whose window lets a late interrupt in
          });
    }

    @Actor
    public void timer() {
      expire();
    }
  }

  /** The deadline passes while the block goes to wait for ever. */
  @JCStressTest
  @Outcome(id = "timed out, flag down", expect = Expect.ACCEPTABLE, desc = "the wait ended")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another end; a lost deadline hangs")
  @State
  public static class ExpireAgainstAwait extends Timed {

    @Actor
    public void block(LL_Result r) {
      try {
        r.r1 = CoroutineContext.with(KEY, this, () -> TimeoutFrame.run(ONE_SECOND, Actors::never));
      } catch (AwaitTimeoutException e) {
        r.r1 = "timed out";
      }
      Actors.until(() -> expired);
      r.r2 = Actors.flag();
    }

    @Actor
    public void timer() {
      expire();
    }
  }

  /** The coroutine around is cancelled, then the deadline passes: that is no timeout (T2). */
  @JCStressTest
  @Outcome(
      id = "CANCELLED, flag down",
      expect = Expect.ACCEPTABLE,
      desc = "the outer cancel counts")
  @Outcome(expect = Expect.FORBIDDEN, desc = "swallowed by the deadline, or a late interrupt")
  @State
  public static class CancelThenExpire extends Timed {

    final RunningCoroutine<Integer> coroutine =
        Actors.coroutine(() ->
            CoroutineContext.with(KEY, this, () -> TimeoutFrame.run(ONE_SECOND, Actors::never)));

    @Actor
    public void block(LL_Result r) {
      Actors.run(coroutine);
      Actors.until(() -> expired);
      r.r1 = coroutine.state();
      r.r2 = Actors.flag();
    }

    @Actor
    public void canceller() {
      Runnable deadline = Actors.take(() -> timer);
      coroutine.cancel();
      deadline.run();
      expired = true;
    }
  }

  /** The deadline passes, then the coroutine around is cancelled: it ends, by one of both. */
  @JCStressTest
  @Outcome(id = "CANCELLED, flag down", expect = Expect.ACCEPTABLE, desc = "both were seen")
  @Outcome(
      id = "FAILED, flag down",
      expect = Expect.ACCEPTABLE,
      desc = "the block had timed out before the cancel")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a value, or a late interrupt")
  @State
  public static class ExpireThenCancel extends Timed {

    final RunningCoroutine<Integer> coroutine =
        Actors.coroutine(() ->
            CoroutineContext.with(KEY, this, () -> TimeoutFrame.run(ONE_SECOND, Actors::never)));

    @Actor
    public void block(LL_Result r) {
      Actors.run(coroutine);
      Actors.until(() -> expired);
      r.r1 = coroutine.state();
      r.r2 = Actors.flag();
    }

    @Actor
    public void canceller() {
      Runnable deadline = Actors.take(() -> timer);
      deadline.run();
      coroutine.cancel();
      expired = true;
    }
  }
}
