package io.bridge.internal.coroutine;

import io.bridge.stress.protocol.Actors;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A coroutine ({@link RunningCoroutine}): one outcome, whatever cancels; no interrupt behind its
 * body (B6); whoever waits for it is told once. Proof of docs/design/coroutine.md.
 */
public final class CoroutineStress {

  private CoroutineStress() {}

  /** A cancel comes while the body returns. Catches swap-then-interrupt.patch. */
  @JCStressTest
  @Outcome(id = "SUCCEEDED, flag down", expect = Expect.ACCEPTABLE, desc = "the body returned")
  @Outcome(id = "CANCELLED, flag down", expect = Expect.ACCEPTABLE, desc = "it did not even begin")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another outcome, or an interrupt behind the body")
  @State
  public static class CancelAgainstEnd {

    final RunningCoroutine<Integer> coroutine = Actors.coroutine(() -> 1);
    volatile boolean sent;

    @Actor
    public void body(LL_Result r) {
      Actors.run(coroutine);
      Actors.until(() -> sent);
      r.r1 = coroutine.state();
      r.r2 = Actors.flag();
    }

    @Actor
    public void canceller() {
      coroutine.cancel();
      sent = true;
    }
  }

  /** A cancel comes while the body goes to wait for ever. */
  @JCStressTest
  @Outcome(id = "CANCELLED, flag down", expect = Expect.ACCEPTABLE, desc = "the wait ended")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another outcome; a lost cancel hangs")
  @State
  public static class CancelAgainstAwait {

    final RunningCoroutine<Integer> coroutine = Actors.coroutine(Actors::never);
    volatile boolean sent;

    @Actor
    public void body(LL_Result r) {
      Actors.run(coroutine);
      Actors.until(() -> sent);
      r.r1 = coroutine.state();
      r.r2 = Actors.flag();
    }

    @Actor
    public void canceller() {
      coroutine.cancel();
      sent = true;
    }
  }

  /** Somebody waits for the coroutine while it ends. */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the value is returned")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another outcome; a waiter that nobody wakes hangs")
  @State
  public static class AwaitAgainstEnd {

    final RunningCoroutine<Integer> coroutine = Actors.coroutine(() -> 1);

    @Actor
    public void body() {
      Actors.run(coroutine);
    }

    @Actor
    public void waiter(L_Result r) {
      r.r1 = coroutine.await();
    }
  }

  /** Two register at once, and the first of them makes the queue: both are told, once. */
  @JCStressTest
  @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "both were told")
  @Outcome(expect = Expect.FORBIDDEN, desc = "one was forgotten, or told twice")
  @State
  public static class TwoWaiters {

    final AtomicInteger told = new AtomicInteger();
    final RunningCoroutine<Integer> coroutine = Actors.coroutine(() -> 1);

    @Actor
    public void first() {
      coroutine.onCompletion(ended -> told.incrementAndGet());
    }

    @Actor
    public void second() {
      coroutine.onCompletion(ended -> told.incrementAndGet());
    }

    @Arbiter
    public void after(I_Result r) {
      Actors.run(coroutine);
      r.r1 = told.get();
    }
  }

  /** One registers while the coroutine ends: it is told, once. */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "it was told")
  @Outcome(expect = Expect.FORBIDDEN, desc = "it was forgotten, or told twice")
  @State
  public static class OnCompletionAgainstEnd {

    final AtomicInteger told = new AtomicInteger();
    final RunningCoroutine<Integer> coroutine = Actors.coroutine(() -> 1);

    @Actor
    public void body() {
      Actors.run(coroutine);
    }

    @Actor
    public void waiter() {
      coroutine.onCompletion(ended -> told.incrementAndGet());
    }

    @Arbiter
    public void after(I_Result r) {
      r.r1 = told.get();
    }
  }
}
