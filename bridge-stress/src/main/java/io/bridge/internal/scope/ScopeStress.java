package io.bridge.internal.scope;

import static java.util.Objects.requireNonNull;

import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.internal.cancel.ScopeFrame;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.stress.protocol.Actors;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A scope ({@link RunningScope}, {@link ScopeCoroutines}, {@link ForkedCoroutines}, {@link
 * ScopeFrame}, {@link ScopeFailures}): no coroutine outlives it (S3), every cancel reaches each of
 * them, every failure is reported once (A12). Proof of docs/design/scope.md.
 */
public final class ScopeStress {

  private static final ScopeConfig CONFIG = ScopeConfig.of(config -> config);

  private ScopeStress() {}

  private static CoroutineScope<Integer, @Nullable Void> background() {
    return RunningScope.background(CONFIG);
  }

  /** A fork comes while the scope closes. Catches scope-fork-counted-late.patch. */
  @JCStressTest
  @Outcome(id = "ended", expect = Expect.ACCEPTABLE, desc = "the close waited for it")
  @Outcome(id = "refused", expect = Expect.ACCEPTABLE, desc = "the scope was closed")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a coroutine outlives its scope")
  @State
  public static class ForkAgainstClose {

    final CoroutineScope<Integer, @Nullable Void> scope = background();
    volatile @Nullable Coroutine<Integer> child;

    @Actor
    public void fork() {
      try {
        child = scope.fork(() -> 1);
      } catch (IllegalStateException e) {
        child = null;
      }
    }

    @Actor
    public void close() {
      scope.close();
    }

    @Arbiter
    public void after(L_Result r) {
      Coroutine<Integer> forked = child;
      r.r1 = forked == null ? "refused" : forked.isDone() ? "ended" : "goes on";
    }
  }

  /** A fork comes while the scope is cancelled. Catches scope-fork-looks-too-early.patch. */
  @JCStressTest
  @Outcome(id = "CANCELLED", expect = Expect.ACCEPTABLE, desc = "the fork was cancelled")
  @Outcome(
      expect = Expect.FORBIDDEN,
      desc = "another end; a coroutine that goes on hangs the close")
  @State
  public static class ForkAgainstCancel {

    final CoroutineScope<Integer, @Nullable Void> scope = background();
    volatile @Nullable Coroutine<Integer> child;

    @Actor
    public void fork() {
      child = scope.fork(Actors::never);
    }

    @Actor
    public void cancel() {
      scope.cancel();
    }

    @Arbiter
    public void after(L_Result r) {
      Coroutine<Integer> forked = Actors.take(() -> child);
      Actors.until(forked::isDone);
      scope.close();
      r.r1 = forked.state();
    }
  }

  /** The last coroutine ends while somebody goes to wait for that. */
  @JCStressTest
  @Outcome(id = "idle", expect = Expect.ACCEPTABLE, desc = "the wait ended")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another end; a lost wake-up hangs")
  @State
  public static class ExitAgainstWait {

    final ScopeCoroutines coroutines = new ScopeCoroutines(CONFIG);

    public ExitAgainstWait() {
      Actors.beat();
      coroutines.enter();
    }

    @Actor
    public void waiter(L_Result r) {
      coroutines.awaitIdle(() -> false);
      r.r1 = coroutines.isIdle() ? "idle" : "busy";
    }

    @Actor
    public void last() {
      coroutines.exit(null);
    }
  }

  /** The scope ends while somebody goes to wait, and its coroutine goes on. */
  @JCStressTest
  @Outcome(id = "busy", expect = Expect.ACCEPTABLE, desc = "the wait ended")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another end; a lost wake-up hangs")
  @State
  public static class CancelAgainstWait {

    final ScopeCoroutines coroutines = new ScopeCoroutines(CONFIG);
    volatile boolean ended;

    public CancelAgainstWait() {
      Actors.beat();
      coroutines.enter();
    }

    @Actor
    public void waiter(L_Result r) {
      coroutines.awaitIdle(() -> ended);
      r.r1 = coroutines.isIdle() ? "idle" : "busy";
    }

    @Actor
    public void canceller() {
      ended = true;
      coroutines.wake(); // the walk of the cancel comes to that at its end
    }
  }

  /** A coroutine enters while the scope closes. */
  @JCStressTest
  @Outcome(id = "entered, closed busy", expect = Expect.ACCEPTABLE, desc = "the close waits for it")
  @Outcome(id = "refused, closed idle", expect = Expect.ACCEPTABLE, desc = "too late")
  @Outcome(expect = Expect.FORBIDDEN, desc = "it entered, and the close does not know")
  @State
  public static class EnterAgainstClose {

    final ScopeCoroutines coroutines = new ScopeCoroutines(CONFIG);

    @Actor
    public void fork(LL_Result r) {
      try {
        coroutines.enter();
        r.r1 = "entered";
      } catch (IllegalStateException e) {
        r.r1 = "refused";
      }
    }

    @Actor
    public void close(LL_Result r) {
      coroutines.close();
      r.r2 = coroutines.isIdle() ? "closed idle" : "closed busy";
    }
  }

  /**
   * Empty links are cut out while somebody adds one more and goes through all: who stays is met.
   * Catches siblings-cut-out-leads-nowhere.patch.
   */
  @JCStressTest
  @Outcome(id = "all, all", expect = Expect.ACCEPTABLE, desc = "met by both looks")
  @Outcome(expect = Expect.FORBIDDEN, desc = "one is missed, or out of order")
  @State
  public static class SweepAgainstLook {

    final ForkedCoroutines siblings = new ForkedCoroutines();
    final RunningCoroutine<Integer> oldest = Actors.coroutine(() -> 1);
    final RunningCoroutine<Integer> middle = Actors.coroutine(() -> 1);
    final RunningCoroutine<Integer> added = Actors.coroutine(() -> 1);
    final ForkedCoroutines.Link leaving;

    public SweepAgainstLook() {
      siblings.add(oldest);
      leaving = siblings.add(Actors.coroutine(() -> 1));
      siblings.add(middle);
      ForkedCoroutines.leave(siblings.add(Actors.coroutine(() -> 1)));
    }

    @Actor
    public void sweep() {
      ForkedCoroutines.leave(leaving);
      var unused = siblings.sweep();
    }

    @Actor
    public void look(LL_Result r) { // the one who adds, too: three actors need three processors
      siblings.add(added);
      r.r1 = met();
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r2 = met();
    }

    private String met() {
      int due = 0;
      for (RunningCoroutine<?> present : siblings) {
        if (present == (due == 0 ? middle : oldest)) {
          due++;
        }
      }
      return due == 2 ? "all" : "missed";
    }
  }

  /** Two leave at once, and the second finds the first sweeping: nothing empty is left over. */
  @JCStressTest
  @Outcome(id = "swept", expect = Expect.ACCEPTABLE, desc = "one of them has seen both")
  @Outcome(expect = Expect.FORBIDDEN, desc = "more empty links than a scope may keep")
  @State
  public static class LeaveAgainstLeave {

    static final int EMPTY = 66;

    final ScopeCoroutines coroutines = new ScopeCoroutines(CONFIG);
    final RunningCoroutine<?> first = Actors.coroutine(() -> 1);
    final RunningCoroutine<?> second = Actors.coroutine(() -> 1);

    public LeaveAgainstLeave() {
      for (int i = 0; i < EMPTY; i++) {
        RunningCoroutine<?> gone = Actors.coroutine(() -> 1);
        coroutines.add(gone);
        ForkedCoroutines.leave((ForkedCoroutines.Link) requireNonNull(gone.place));
      }
      coroutines.enter();
      coroutines.add(first);
      coroutines.enter();
      coroutines.add(second);
    }

    @Actor
    public void first() {
      coroutines.exit(first);
    }

    @Actor
    public void second() {
      coroutines.exit(second);
    }

    @Arbiter
    public void after(L_Result r) {
      r.r1 = coroutines.isSparse() ? "sparse" : "swept";
    }
  }

  /** Somebody cancels the scope while its block ends. */
  @JCStressTest
  @Outcome(id = "joined, flag down", expect = Expect.ACCEPTABLE, desc = "before the cancel")
  @Outcome(id = "cancelled, flag down", expect = Expect.ACCEPTABLE, desc = "after it")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an interrupt behind the block")
  @State
  public static class CancelAgainstJoin {

    volatile @Nullable CoroutineScope<?, ?> opened;
    volatile boolean sent;

    @Actor
    public void block(LL_Result r) {
      try (CoroutineScope<Integer, @Nullable Void> scope =
          RunningScope.open(Joiners.<Integer>awaitAll(), CONFIG)) {
        opened = scope;
        var unused = scope.join();
        r.r1 = "joined";
      } catch (CancellationException e) {
        r.r1 = "cancelled";
      }
      Actors.until(() -> sent);
      r.r2 = Actors.flag();
    }

    @Actor
    public void canceller() {
      Actors.take(() -> opened).cancel();
      sent = true;
    }
  }

  /**
   * A coroutine is cancelled while it opens a scope: the scope is cancelled with it. Catches
   * scope-opened-after-the-look.patch.
   */
  @JCStressTest
  @Outcome(id = "CANCELLED, true", expect = Expect.ACCEPTABLE, desc = "both were cancelled")
  @Outcome(id = "CANCELLED, none", expect = Expect.ACCEPTABLE, desc = "before the body began")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the scope goes on")
  @State
  public static class CancelAgainstOpen {

    volatile boolean sent;
    volatile String scopeIsCancelled = "none";
    final RunningCoroutine<Integer> coroutine = Actors.coroutine(this::block);

    private Integer block() {
      try (CoroutineScope<Integer, @Nullable Void> scope =
          RunningScope.open(Joiners.<Integer>awaitAll(), CONFIG)) {
        try {
          return Actors.never();
        } finally {
          Actors.until(() -> sent);
          scopeIsCancelled = String.valueOf(scope.isCancelled());
        }
      }
    }

    @Actor
    public void block(LL_Result r) {
      Actors.run(coroutine);
      r.r1 = coroutine.state();
      r.r2 = scopeIsCancelled;
    }

    @Actor
    public void canceller() {
      coroutine.cancel();
      sent = true;
    }
  }

  /**
   * Two threads close at once: an untaken failure is reported once. Catches
   * scope-failures-reported-twice.patch.
   */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "reported once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "it vanished, or was reported twice")
  @State
  public static class ReportAgainstReport {

    final Actors.Lost failure = new Actors.Lost();
    final ScopeFailures failures = new ScopeFailures();

    public ReportAgainstReport() {
      RunningCoroutine<Integer> coroutine = Actors.coroutine(() -> 1);
      coroutine.neverStarted(failure);
      failures.add(coroutine);
    }

    @Actor
    public void first() {
      failures.reportUntaken();
    }

    @Actor
    public void second() {
      failures.reportUntaken();
    }

    @Arbiter
    public void after(L_Result r) {
      r.r1 = failure.timesReported();
    }
  }
}
