package io.bridge.internal.stream;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.stress.protocol.Actors;
import io.bridge.stress.protocol.Downstream;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * The demand gate ({@link EmitterSubscription}): no item without a request, signals one by one, one
 * terminal signal, no waiting emitter forgotten (B2, B4, RS 1.1, 1.3, 1.7). Signals are written as
 * items/completions/failures. Proof of docs/design/emitter.md.
 */
public final class EmitterStress {

  private EmitterStress() {}

  /**
   * A subscription, and what its emitters tell: these are the actors. They are written in each
   * test, since jcstress sees no inherited actor or arbiter.
   */
  abstract static class Emitters<S extends Subscriber<Integer>> {

    final S downstream;
    final EmitterSubscription<Integer> subscription;

    Emitters(S downstream) {
      this.downstream = downstream;
      subscription = new EmitterSubscription<>(downstream, null, Emitters::lose);
    }

    private static void lose(Throwable failure) {
      if (failure instanceof Actors.Lost lost) {
        lost.report();
      }
    }

    /** Emits {@code items}, and tells how that ended. */
    final String emit(int items) {
      Actors.beat();
      try {
        for (int i = 0; i < items; i++) {
          subscription.emit(1);
        }
        return "emitted";
      } catch (CancellationException e) {
        return "cancelled";
      } catch (IllegalStateException e) {
        return "ended";
      }
    }
  }

  /** Without a coroutine, so that no emitter is the owner. */
  abstract static class Strangers extends Emitters<Downstream<Integer>> {

    Strangers() {
      super(new Downstream<>());
    }

    final void request(int n) {
      downstream.willRequest(n);
      subscription.request(n, downstream);
    }
  }

  /**
   * Each request comes while the emitter goes to wait for it. Catches request-does-not-wake.patch
   * and emit-no-second-look.patch.
   */
  @JCStressTest
  @Outcome(id = "emitted, 2/0/0", expect = Expect.ACCEPTABLE, desc = "both items were received")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an item beyond the demand; a lost wake-up hangs")
  @State
  public static class RequestAgainstEmit extends Strangers {

    @Actor
    public void emitter(LL_Result r) {
      r.r1 = emit(2);
    }

    @Actor
    public void subscriber() {
      request(1);
      request(1);
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r2 = downstream.signals();
    }
  }

  /** A cancel comes while the emitter goes to wait. Catches cancel-does-not-wake.patch. */
  @JCStressTest
  @Outcome(id = "cancelled, 1/0/0", expect = Expect.ACCEPTABLE, desc = "after the item")
  @Outcome(id = "cancelled, 0/0/0", expect = Expect.ACCEPTABLE, desc = "before it")
  @Outcome(expect = Expect.FORBIDDEN, desc = "not cancelled; a lost wake-up hangs")
  @State
  public static class CancelAgainstEmit extends Strangers {

    @Actor
    public void emitter(LL_Result r) {
      request(1);
      r.r1 = emit(2);
    }

    @Actor
    public void subscriber() {
      subscription.cancel();
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r2 = downstream.signals();
    }
  }

  /**
   * A request comes while the emitter lets go of the subscriber to wait (B4b). Catches
   * stream-lets-go-after-the-look.patch and stream-subscriber-not-handed-back.patch.
   */
  @JCStressTest
  @Outcome(id = "waits, held", expect = Expect.ACCEPTABLE, desc = "the request handed it back")
  @Outcome(id = "demand, held", expect = Expect.ACCEPTABLE, desc = "the emitter kept it")
  @Outcome(expect = Expect.FORBIDDEN, desc = "demand, and no subscriber")
  @State
  public static class RequestAgainstLettingGo extends Strangers {

    @Actor
    public void emitter(LL_Result r) {
      r.r1 = subscription.mustWaitForDemand() ? "waits" : "demand";
    }

    @Actor
    public void subscriber() {
      request(1);
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r2 = subscription.held() == null ? "gone" : "held";
      subscription.cancel(); // takes the registration back
    }
  }

  /** A cancel comes while a request hands the subscriber back (RS 3.13). */
  @JCStressTest
  @Outcome(id = "dropped", expect = Expect.ACCEPTABLE, desc = "whoever was first")
  @Outcome(expect = Expect.FORBIDDEN, desc = "kept after the cancel")
  @State
  public static class CancelAgainstHandingBack extends Strangers {

    @Actor
    public void emitter() {
      boolean unused = subscription.mustWaitForDemand();
      request(1);
    }

    @Actor
    public void subscriber() {
      subscription.cancel();
    }

    @Arbiter
    public void after(L_Result r) {
      r.r1 = subscription.receiver() == null ? "dropped" : "kept";
    }
  }

  /** Two threads of one body emit (B4). Catches emit-not-serialised.patch. */
  @JCStressTest
  @Outcome(id = "emitted, emitted", expect = Expect.ACCEPTABLE, desc = "one after the other")
  @Outcome(expect = Expect.FORBIDDEN, desc = "one was refused")
  @State
  public static class EmitAgainstEmit extends Strangers {

    public EmitAgainstEmit() {
      request(2);
    }

    @Actor
    public void first(LL_Result r) {
      r.r1 = emit(1);
    }

    @Actor
    public void second(LL_Result r) {
      r.r2 = emit(1);
    }

    @Arbiter
    public void after(LL_Result r) {
      if (!downstream.signals().equals("2/0/0")) {
        r.r1 = downstream.signals();
      }
    }
  }

  /** A stray emitter waits while the body ends. Catches end-does-not-wake.patch. */
  @JCStressTest
  @Outcome(id = "ended, 0/1/0", expect = Expect.ACCEPTABLE, desc = "it is told that all is over")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an item behind the end; a lost wake-up hangs")
  @State
  public static class EndAgainstWaitingEmit extends Strangers {

    @Actor
    public void emitter(LL_Result r) {
      r.r1 = emit(1);
    }

    @Actor
    public void body() {
      subscription.succeeded(null);
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r2 = downstream.signals();
    }
  }

  /**
   * A stray emitter with demand, while the body ends: the item is before the end, or not at all.
   */
  @JCStressTest
  @Outcome(id = "emitted, 1/1/0", expect = Expect.ACCEPTABLE, desc = "before the end")
  @Outcome(id = "ended, 0/1/0", expect = Expect.ACCEPTABLE, desc = "too late")
  @Outcome(
      id = "cancelled, 0/1/0",
      expect = Expect.ACCEPTABLE,
      desc = "too late, between the end and its signal")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a signal behind the end, or two at once")
  @State
  public static class EndAgainstEmit extends Strangers {

    public EndAgainstEmit() {
      request(1);
    }

    @Actor
    public void emitter(LL_Result r) {
      r.r1 = emit(1);
    }

    @Actor
    public void body() {
      subscription.succeeded(null);
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r2 = downstream.signals();
    }
  }

  /** The body fails while the subscriber cancels: the failure arrives in one place. */
  @JCStressTest
  @Outcome(id = "0/0/1, 0", expect = Expect.ACCEPTABLE, desc = "the subscriber has it")
  @Outcome(id = "0/0/0, 1", expect = Expect.ACCEPTABLE, desc = "cancelled: it is reported")
  @Outcome(expect = Expect.FORBIDDEN, desc = "it vanished, or came twice")
  @State
  public static class FailAgainstCancel extends Strangers {

    final Actors.Lost failure = new Actors.Lost();

    @Actor
    public void body() {
      subscription.failed(failure);
    }

    @Actor
    public void subscriber() {
      subscription.cancel();
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r1 = downstream.signals();
      r.r2 = failure.timesReported();
    }
  }

  /** A request of zero while the body ends: one terminal signal (RS 1.7, 3.9). */
  @JCStressTest
  @Outcome(id = "0/1/0", expect = Expect.ACCEPTABLE, desc = "it had ended")
  @Outcome(id = "0/0/1", expect = Expect.ACCEPTABLE, desc = "onError for the illegal request")
  @Outcome(expect = Expect.FORBIDDEN, desc = "no terminal signal, or two")
  @State
  public static class RejectAgainstEnd extends Strangers {

    @Actor
    public void subscriber() {
      subscription.request(0, downstream);
    }

    @Actor
    public void body() {
      subscription.succeeded(null);
    }

    @Arbiter
    public void after(L_Result r) {
      r.r1 = downstream.signals();
    }
  }

  /** Two requests at once: the sum counts. */
  @JCStressTest
  @Outcome(id = "emitted, 2/0/0", expect = Expect.ACCEPTABLE, desc = "both count")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a request was lost, and the second emit hangs")
  @State
  public static class RequestAgainstRequest extends Strangers {

    public RequestAgainstRequest() {
      downstream.willRequest(2);
    }

    @Actor
    public void first() {
      subscription.request(1, downstream);
    }

    @Actor
    public void second() {
      subscription.request(1, downstream);
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r1 = emit(2);
      r.r2 = downstream.signals();
    }
  }

  /** Counts without a fence, so that nothing but the emitters orders what their threads do. */
  static final class Unfenced implements Subscriber<Integer> {

    private final int allowed;
    private int inside;
    private int items;
    private boolean broken;
    private int ends;

    Unfenced(int allowed) {
      this.allowed = allowed;
    }

    @Override
    public void onSubscribe(Subscription subscription) {}

    @Override
    public void onNext(Integer item) {
      broken |= ++inside != 1 || ends > 0 || ++items > allowed; // RS 1.3, 1.7, 1.1
      inside--;
    }

    @Override
    public void onError(Throwable failure) {
      onComplete();
    }

    @Override
    public void onComplete() {
      broken |= inside != 0;
      ends++;
    }

    String signals() {
      return (broken ? "illegal " : "") + items + "/" + ends;
    }
  }

  /** A body that an actor runs, which is the owner of the fast path; the others are strangers. */
  abstract static class Owned extends Emitters<Unfenced> {

    Owned(int requested) {
      super(new Unfenced(requested));
      subscription.request(requested, downstream);
    }

    /** Runs a body that emits {@code items}, and tells how that ended. */
    final String body(int items) {
      RunningCoroutine<String> body =
          Actors.coroutine(() -> {
            subscription.begin();
            return emit(items);
          });
      Actors.run(body);
      var unused = Thread.interrupted();
      return body.state() == Coroutine.State.SUCCEEDED ? body.get() : "cancelled";
    }
  }

  /**
   * The first emit of another thread while the body emits. Catches emit-own-no-second-look.patch,
   * emit-other-does-not-wait.patch, and by a hang emit-own-does-not-wake.patch.
   */
  @JCStressTest
  @Outcome(id = "emitted, emitted, 4/0", expect = Expect.ACCEPTABLE, desc = "one by one")
  @Outcome(expect = Expect.FORBIDDEN, desc = "two at once, or uncounted; a lost wake-up hangs")
  @State
  public static class OwnerAgainstOther extends Owned {

    public OwnerAgainstOther() {
      super(Integer.MAX_VALUE);
    }

    @Actor
    public void owner(LLL_Result r) {
      r.r1 = body(3);
    }

    @Actor
    public void other(LLL_Result r) {
      r.r2 = emit(1);
    }

    @Arbiter
    public void after(LLL_Result r) {
      r.r3 = downstream.signals();
    }
  }

  /** What each of the two has emitted counts for the other: the demand is used up, exactly. */
  @JCStressTest
  @Outcome(id = "emitted, emitted, 4/0", expect = Expect.ACCEPTABLE, desc = "and no fifth item")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an item beyond the demand; a miscount hangs")
  @State
  public static class OwnerAgainstOtherInDemand extends Owned {

    private static final Duration SHORT = Duration.ofNanos(50_000);

    public OwnerAgainstOtherInDemand() {
      super(4);
    }

    @Actor
    public void owner(LLL_Result r) {
      r.r1 = body(2);
    }

    @Actor
    public void other(LLL_Result r) {
      r.r2 = emit(2);
    }

    @Arbiter
    public void after(LLL_Result r) {
      try {
        Coroutine.withTimeout(SHORT, () -> subscription.emit(1));
      } catch (AwaitTimeoutException noDemand) {
        // as it should be
      }
      r.r3 = downstream.signals();
    }
  }

  /** The body has emitted and ends, while another thread emits. */
  @JCStressTest
  @Outcome(id = "emitted, emitted, 2/1", expect = Expect.ACCEPTABLE, desc = "before the end")
  @Outcome(
      id = {"emitted, ended, 1/1", "emitted, cancelled, 1/1"},
      expect = Expect.ACCEPTABLE,
      desc = "too late, maybe between the end and its signal")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a signal behind the end, or two at once")
  @State
  public static class OwnerEndsAgainstOther extends Owned {

    public OwnerEndsAgainstOther() {
      super(Integer.MAX_VALUE);
    }

    @Actor
    public void owner(LLL_Result r) {
      r.r1 = body(1);
      subscription.succeeded(null);
    }

    @Actor
    public void other(LLL_Result r) {
      r.r2 = emit(1);
    }

    @Arbiter
    public void after(LLL_Result r) {
      r.r3 = downstream.signals();
    }
  }

  /** The subscriber cancels while the owner emits. */
  @JCStressTest
  @Outcome(id = "emitted, 1/0", expect = Expect.ACCEPTABLE, desc = "before the cancel")
  @Outcome(id = "cancelled, [01]/0", expect = Expect.ACCEPTABLE, desc = "before or after the item")
  @Outcome(expect = Expect.FORBIDDEN, desc = "neither")
  @State
  public static class OwnerAgainstCancel extends Owned {

    public OwnerAgainstCancel() {
      super(Integer.MAX_VALUE);
    }

    @Actor
    public void owner(LL_Result r) {
      r.r1 = body(1);
    }

    @Actor
    public void subscriber() {
      subscription.cancel();
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r2 = downstream.signals();
    }
  }

  /** An item on its way by an executor ({@link HandOver}). */
  abstract static class Handing {

    volatile @Nullable HandOver taken;
    volatile int received;

    @SuppressWarnings("NonAtomicVolatileUpdate") // at most one receives, which is what is tested
    final HandOver handOver() {
      return new HandOver(() -> received++);
    }
  }

  /** The executor runs the item while the emitter goes to wait for that. */
  @JCStressTest
  @Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "received, and the emitter knows")
  @Outcome(expect = Expect.FORBIDDEN, desc = "not received; a lost wake-up hangs")
  @State
  public static class RunAgainstWait extends Handing {

    @Actor
    public void emitter(LL_Result r) {
      HandOver item = handOver();
      r.r1 = item.await(runnable -> taken = item, null);
    }

    @Actor
    public void executor() {
      Actors.take(() -> taken).run();
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r2 = received;
    }
  }

  /** A cancel takes the item back while it is run. Catches hand-over-dropped-delivered.patch. */
  @JCStressTest
  @Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "taken back")
  @Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "received")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both, or neither")
  @State
  public static class DropAgainstRun extends Handing {

    final HandOver item = handOver();

    @Actor
    public void canceller(LL_Result r) {
      r.r1 = item.drop();
    }

    @Actor
    public void executor() {
      item.run();
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r2 = received;
    }
  }
}
