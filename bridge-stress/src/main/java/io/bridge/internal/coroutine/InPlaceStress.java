package io.bridge.internal.coroutine;

import static java.util.Objects.requireNonNull;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.stress.protocol.Actors;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A body in place ({@link InPlaceFrame}): its handle cancels it alone, or not at all, and no
 * interrupt is left for the code around. Proof of docs/design/inplace.md.
 */
public final class InPlaceStress {

  private InPlaceStress() {}

  /** A coroutine whose body calls another one, and what it sees afterwards. */
  abstract static class Nested implements InPlaceFrame.Lost {

    volatile @Nullable Coroutine<?> inner;
    volatile boolean sent;
    final AtomicInteger lost = new AtomicInteger();

    /** What the await of {@code body} ends by, and the flag after all cancels of the body. */
    final String nested(Body<Integer, Exception> body) {
      Body<Integer, Exception> published =
          () -> {
            inner = Coroutine.current();
            return body.call();
          };
      String end = endOf(published);
      Actors.until(() -> sent);
      return end + (Thread.currentThread().isInterrupted() ? ", flag up" : ", flag down");
    }

    private String endOf(Body<Integer, Exception> body) {
      try {
        int value =
            InPlaceFrame.call(
                "inner", body, requireNonNull(CurrentFrame.get()), CoroutineContext.empty(), this);
        return value == 1 ? "value" : "other";
      } catch (CompletionException e) {
        return e.getCause() instanceof CancellationException ? "inner" : "other";
      } catch (CancellationException e) {
        return "outer";
      }
    }

    @Override
    public void discard(@Nullable Object value, CoroutineContext context) {
      lost.incrementAndGet();
    }

    @Override
    public void undeliverable(Throwable failure, CoroutineContext context) {
      lost.addAndGet(100);
    }
  }

  /** The handle cancels while the body returns. */
  @JCStressTest
  @Outcome(id = "value, flag down, SUCCEEDED", expect = Expect.ACCEPTABLE, desc = "it returned")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an interrupt behind the body, or the outer cancelled")
  @State
  public static class CancelInnerAgainstReturn extends Nested {

    final RunningCoroutine<String> outer = Actors.coroutine(() -> nested(() -> 1));

    @Actor
    public void body(LL_Result r) {
      Actors.run(outer);
      r.r1 = outer.state() == Coroutine.State.SUCCEEDED ? outer.get() : outer.failure();
      r.r2 = outer.state();
    }

    @Actor
    public void canceller() {
      Actors.take(() -> inner).cancel();
      sent = true;
    }
  }

  /** The handle cancels while the body goes to wait for ever. */
  @JCStressTest
  @Outcome(id = "inner, flag down, SUCCEEDED", expect = Expect.ACCEPTABLE, desc = "the wait ended")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another end; a lost cancel hangs")
  @State
  public static class CancelInnerAgainstAwait extends Nested {

    final RunningCoroutine<String> outer = Actors.coroutine(() -> nested(Actors::never));

    @Actor
    public void body(LL_Result r) {
      Actors.run(outer);
      r.r1 = outer.state() == Coroutine.State.SUCCEEDED ? outer.get() : outer.failure();
      r.r2 = outer.state();
    }

    @Actor
    public void canceller() {
      Actors.take(() -> inner).cancel();
      sent = true;
    }
  }

  /** The coroutine around is cancelled while the body returns. */
  @JCStressTest
  @Outcome(id = "value, flag up, 0", expect = Expect.ACCEPTABLE, desc = "the cancel came later")
  @Outcome(id = "outer, flag up, 1", expect = Expect.ACCEPTABLE, desc = "the value was discarded")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a value that vanished, or a lost interrupt")
  @State
  public static class CancelOuterAgainstReturn extends Nested {

    volatile @Nullable String end;
    final RunningCoroutine<String> outer =
        Actors.coroutine(() -> {
          end = nested(() -> 1);
          return "";
        });

    @Actor
    public void body(LL_Result r) {
      Actors.run(outer);
      r.r1 = end;
      r.r2 = lost.get();
    }

    @Actor
    public void canceller() {
      Actors.take(() -> inner);
      outer.cancel();
      sent = true;
    }
  }

  /** Both are cancelled while the body goes to wait for ever: the outer one counts. */
  @JCStressTest
  @Outcome(id = "outer, flag up, 0, 0", expect = Expect.ACCEPTABLE, desc = "both were seen")
  @Outcome(id = "inner, flag up, 0, 0", expect = Expect.ACCEPTABLE, desc = "the outer came later")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a lost interrupt, or a lost outcome")
  @State
  public static class CancelBoth extends Nested {

    volatile @Nullable String end;
    final RunningCoroutine<String> outer =
        Actors.coroutine(() -> {
          end = nested(Actors::never);
          return "";
        });

    @Actor
    public void body(LLL_Result r) {
      Actors.run(outer);
      r.r1 = end;
      r.r2 = lost.get();
      r.r3 = Thread.interrupted() ? 1 : 0;
    }

    @Actor
    public void canceller() {
      Actors.take(() -> inner).cancel();
      outer.cancel();
      sent = true;
    }
  }
}
