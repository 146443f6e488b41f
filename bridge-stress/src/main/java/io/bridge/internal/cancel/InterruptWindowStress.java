package io.bridge.internal.cancel;

import io.bridge.stress.protocol.Actors;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interrupt window ({@link InterruptWindow}): an interrupt lands inside or is owed, none is
 * late, none is lost. Proof of docs/design/coroutine.md.
 */
public final class InterruptWindowStress {

  private InterruptWindowStress() {}

  /** An interrupt is sent while the worker closes the window. Catches swap-then-interrupt.patch. */
  @JCStressTest
  @Outcome(
      id = "flag down, flag down, flag up",
      expect = Expect.ACCEPTABLE,
      desc = "none in the foreign code, and it arrives when the window opens")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a late interrupt, or a lost one")
  @State
  public static class SendAgainstClose {

    final InterruptWindow window = new InterruptWindow();
    volatile boolean sent;

    @Actor
    public void worker(LLL_Result r) {
      window.begin();
      window.close();
      r.r1 = Actors.flag();
      Actors.until(() -> sent);
      r.r2 = Actors.flag();
      window.open();
      r.r3 = Actors.flag();
      window.close();
    }

    @Actor
    public void sender() {
      window.interrupt();
      sent = true;
    }
  }

  /** Two frames ask, and the worker uses the first interrupt up in between. */
  @JCStressTest
  @Outcome(id = "flag up", expect = Expect.ACCEPTABLE, desc = "the second arrives too")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the second was taken for the first")
  @State
  public static class SecondAgainstUse {

    final InterruptWindow window = new InterruptWindow();
    volatile boolean first;
    volatile boolean second;

    @Actor
    public void worker(L_Result r) {
      window.begin();
      Actors.until(() -> first || Thread.currentThread().isInterrupted());
      var unused = Thread.interrupted();
      Actors.until(() -> second);
      window.close();
      window.open();
      r.r1 = Actors.flag();
      window.close();
    }

    @Actor
    public void sender() {
      window.interrupt();
      first = true;
      window.interrupt();
      second = true;
    }
  }

  /** An interrupt is sent while the worker begins, which is when a coroutine's body does. */
  @JCStressTest
  @Outcome(id = "flag up", expect = Expect.ACCEPTABLE, desc = "it lands in the body")
  @Outcome(expect = Expect.FORBIDDEN, desc = "it is lost")
  @State
  public static class SendAgainstBegin {

    final InterruptWindow window = new InterruptWindow();
    volatile boolean sent;

    @Actor
    public void worker(L_Result r) {
      window.begin();
      Actors.until(() -> sent);
      r.r1 = Actors.flag();
      window.close();
    }

    @Actor
    public void sender() {
      window.interrupt();
      sent = true;
    }
  }
}
