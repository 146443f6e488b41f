package io.bridge.internal.await;

import io.bridge.Await;
import io.bridge.Suspension;
import io.bridge.internal.cancel.ParkLoop;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.stress.protocol.Actors;
import io.bridge.stress.protocol.Recorder;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The parked await ({@link ParkedAwait}, {@link CallbackAwait}, {@link ParkLoop}): one outcome
 * wins, the owner always wakes, the loser goes to where nothing is lost (A5, A9, A12). Proof of
 * docs/design/suspension.md.
 */
public final class SuspensionStress {

  private SuspensionStress() {}

  /** The value comes while its owner goes to park. */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the value is returned")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another outcome; a lost wake-up hangs")
  @State
  public static class ResumeAgainstPark {

    volatile @Nullable Suspension<? super Integer> source;

    @Actor
    public void awaiter(L_Result r) {
      r.r1 = Await.<Integer>suspend(suspension -> source = suspension);
    }

    @Actor
    public void source() {
      Actors.take(() -> source).resume(1);
    }
  }

  /** The failure comes while its owner goes to park. */
  @JCStressTest
  @Outcome(id = "same", expect = Expect.ACCEPTABLE, desc = "the same object is thrown")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another outcome; a lost wake-up hangs")
  @State
  public static class FailAgainstPark {

    final Actors.Lost failure = new Actors.Lost();
    volatile @Nullable Suspension<? super Integer> source;

    @Actor
    public void awaiter(L_Result r) {
      try {
        r.r1 = Await.<Integer>suspend(suspension -> source = suspension);
      } catch (Actors.Lost thrown) {
        r.r1 = thrown == failure ? "same" : "other";
      }
    }

    @Actor
    public void source() {
      Actors.take(() -> source).fail(failure);
    }
  }

  /**
   * Somebody interrupts a plain thread that awaits, then the value comes. Catches
   * interrupt-swallowed.patch.
   */
  @JCStressTest
  @Outcome(
      id = "cancelled, flag up, 1",
      expect = Expect.ACCEPTABLE,
      desc = "the interrupt came first, the value is given up")
  @Outcome(
      id = "value, flag up, 0",
      expect = Expect.ACCEPTABLE,
      desc = "the value came first, the interrupt stays")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the interrupt or the value is lost, or both count")
  @State
  public static class InterruptAgainstResume {

    final Actors.Item item = new Actors.Item();
    volatile @Nullable Suspension<? super Actors.Item> source;
    volatile @Nullable Thread owner;
    volatile boolean sent;

    @Actor
    public void awaiter(LLL_Result r) {
      owner = Thread.currentThread();
      try {
        Actors.Item received = Await.<Actors.Item>suspend(suspension -> source = suspension);
        r.r1 = received == item ? "value" : "other";
      } catch (CancellationException e) {
        r.r1 = "cancelled";
      }
      Actors.until(() -> sent);
      r.r2 = Actors.flag();
    }

    @Actor
    public void source() {
      Suspension<? super Actors.Item> awaiting = Actors.take(() -> source);
      Actors.take(() -> owner).interrupt();
      sent = true;
      awaiting.resume(item);
    }

    @Arbiter
    public void after(LLL_Result r) {
      r.r3 = item.timesGivenUp();
    }
  }

  /** A coroutine is cancelled while it awaits, then the value comes. */
  @JCStressTest
  @Outcome(
      id = "CANCELLED, flag down, 1",
      expect = Expect.ACCEPTABLE,
      desc = "the cancel came first, the value is given up")
  @Outcome(
      id = "SUCCEEDED, flag down, 0",
      expect = Expect.ACCEPTABLE,
      desc = "the value came before the cancel was seen")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both, neither, or an interrupt behind the end")
  @State
  public static class CancelAgainstResume {

    final Actors.Item item = new Actors.Item();
    volatile @Nullable Suspension<? super Actors.Item> source;
    volatile boolean sent;
    final RunningCoroutine<Actors.Item> coroutine =
        Actors.coroutine(() -> Await.<Actors.Item>suspend(suspension -> source = suspension));

    @Actor
    public void awaiter(LLL_Result r) {
      Actors.run(coroutine);
      Actors.until(() -> sent);
      r.r1 = coroutine.state();
      r.r2 = Actors.flag();
    }

    @Actor
    public void canceller() {
      Suspension<? super Actors.Item> awaiting = Actors.take(() -> source);
      coroutine.cancel();
      sent = true;
      awaiting.resume(item);
    }

    @Arbiter
    public void after(LLL_Result r) {
      r.r3 = item.timesGivenUp();
    }
  }

  /** The value is there before the cancel: it is returned whatever comes then. */
  @JCStressTest
  @Outcome(id = "SUCCEEDED, flag down", expect = Expect.ACCEPTABLE, desc = "the value is returned")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the value vanished, or a late interrupt")
  @State
  public static class ResumeThenCancel {

    volatile @Nullable Suspension<? super Integer> source;
    volatile boolean sent;
    final RunningCoroutine<Integer> coroutine =
        Actors.coroutine(() -> Await.<Integer>suspend(suspension -> source = suspension));

    @Actor
    public void awaiter(LL_Result r) {
      Actors.run(coroutine);
      Actors.until(() -> sent);
      r.r1 = coroutine.state();
      r.r2 = Actors.flag();
    }

    @Actor
    public void canceller() {
      Actors.take(() -> source).resume(1);
      coroutine.cancel();
      sent = true;
    }
  }

  /** A source registers what stops it while the await is being cancelled: it runs once. */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the action ran once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the source goes on, or is stopped twice")
  @State
  public static class OnCancelAgainstCancel {

    final Actors.Item stopped = new Actors.Item();
    volatile @Nullable Suspension<? super Integer> source;
    final RunningCoroutine<Integer> coroutine =
        Actors.coroutine(() -> Await.<Integer>suspend(suspension -> source = suspension));

    @Actor
    public void awaiter() {
      Actors.run(coroutine);
    }

    @Actor
    public void source() {
      Suspension<? super Integer> awaiting = Actors.take(() -> source);
      coroutine.cancel();
      awaiting.onCancel(stopped::giveUp);
    }

    @Arbiter
    public void after(L_Result r) {
      r.r1 = stopped.timesGivenUp();
    }
  }

  /** A conversion gets a value and a failure at once. Catches settle-check-then-set.patch. */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the value won, the failure is lost")
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "the failure won, the value is lost")
  @Outcome(expect = Expect.FORBIDDEN, desc = "two outcomes, none, or one that vanished")
  @State
  public static class ResumeAgainstFail {

    final Actors.Item item = new Actors.Item();
    final Actors.Lost failure = new Actors.Lost();
    final Recorder receiver = new Recorder();
    final Link link = new Link(receiver);

    @Actor
    public void value() {
      link.resumeOrDiscard(item);
    }

    @Actor
    public void failure() {
      link.failOrReport(failure);
    }

    @Arbiter
    public void after(III_Result r) {
      r.r1 = receiver.outcomes();
      r.r2 = item.timesGivenUp();
      r.r3 = failure.timesReported();
    }
  }
}
