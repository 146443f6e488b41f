package io.bridge.internal.mapping;

import io.bridge.internal.cursor.ItemSubscriber;
import io.bridge.internal.mapping.MapAwaitSubscription.Settings;
import io.bridge.stress.protocol.Actors;
import io.bridge.stress.protocol.Downstream;
import io.bridge.stress.protocol.Upstream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.reactivestreams.Subscription;

/**
 * The runs of mapAwait ({@link MapAwaitSubscription}): signals are serial without a lock, one
 * terminal signal, every value is delivered or given up, once (B8). Signals are written as
 * items/completions/failures. Proof of docs/design/mapawait.md.
 */
public final class MapAwaitStress {

  private MapAwaitStress() {}

  /** A subscription whose upstream is the actor. */
  abstract static class Mapping {

    final Actors.Item value = new Actors.Item();
    final Downstream<Actors.Item> downstream = new Downstream<>();
    final ItemSubscriber<Integer> source;
    volatile boolean began;

    Mapping() {
      ItemSubscriber<Integer>[] made = newArray();
      new Settings<Integer, Actors.Item>(2, item -> body(), true)
          .subscribe(
              subscriber -> {},
              downstream,
              runs -> {
                made[0] = new ItemSubscriber<>(runs);
                return made[0];
              });
      source = made[0];
      source.onSubscribe(new Upstream());
      downstream.willRequest(1);
    }

    private Actors.Item body() {
      began = true;
      return value;
    }

    @SuppressWarnings("unchecked") // of one element
    private static ItemSubscriber<Integer>[] newArray() {
      return (ItemSubscriber<Integer>[]) new ItemSubscriber<?>[1];
    }

    final Subscription subscription() {
      return Actors.take(downstream::subscription);
    }

    /** Sends one item, whose body runs on a coroutine; then the end. */
    final void oneItem() {
      source.onNext(1);
      source.onComplete();
    }
  }

  /** The value comes beside its request, and the end behind it. */
  @JCStressTest
  @Outcome(id = "1/1/0", expect = Expect.ACCEPTABLE, desc = "delivered, then the end")
  @Outcome(expect = Expect.FORBIDDEN, desc = "signals at once, or lost; a lost drain hangs")
  @State
  public static class ValueAgainstRequest extends Mapping {

    @Actor
    public void source() {
      oneItem();
    }

    @Actor
    public void subscriber() {
      subscription().request(1);
    }

    @Arbiter
    public void after(L_Result r) {
      Actors.until(() -> downstream.completions() + downstream.failures() > 0);
      r.r1 = downstream.signals();
    }
  }

  /** The value comes beside a cancel. Catches map-await-value-lost-on-cancel.patch. */
  @JCStressTest
  @Outcome(id = "0/0/0, settled", expect = Expect.ACCEPTABLE, desc = "given up, or it never was")
  @Outcome(
      expect = Expect.FORBIDDEN,
      desc = "a signal, or the value was given up twice; one that vanished hangs")
  @State
  public static class ValueAgainstCancel extends Mapping {

    @Actor
    public void source() {
      oneItem();
    }

    @Actor
    public void subscriber() {
      subscription().cancel();
    }

    @Arbiter
    public void after(LL_Result r) {
      if (began) {
        Actors.until(() -> value.timesGivenUp() > 0);
      }
      r.r1 = downstream.signals();
      r.r2 = value.timesGivenUp() > 1 ? "given up twice" : "settled";
    }
  }

  /** An illegal request beside the end of an empty upstream: one terminal signal. */
  @JCStressTest
  @Outcome(id = "0/1/0", expect = Expect.ACCEPTABLE, desc = "it had ended")
  @Outcome(id = "0/0/1", expect = Expect.ACCEPTABLE, desc = "onError for the illegal request")
  @Outcome(expect = Expect.FORBIDDEN, desc = "no terminal signal, or two")
  @State
  public static class RejectAgainstEnd extends Mapping {

    @Actor
    public void source() {
      source.onComplete();
    }

    @Actor
    public void subscriber() {
      subscription().request(0);
    }

    @Arbiter
    public void after(L_Result r) {
      r.r1 = downstream.signals();
    }
  }

  /** Upstream fails beside a cancel: the failure arrives in one place. */
  @JCStressTest
  @Outcome(id = "0/0/1, 0", expect = Expect.ACCEPTABLE, desc = "the subscriber has it")
  @Outcome(id = "0/0/0, 1", expect = Expect.ACCEPTABLE, desc = "cancelled: it is reported")
  @Outcome(expect = Expect.FORBIDDEN, desc = "it vanished, or came twice")
  @State
  public static class FailureAgainstCancel extends Mapping {

    final Actors.Lost failure = new Actors.Lost();

    @Actor
    public void source() {
      source.onError(failure);
    }

    @Actor
    public void subscriber() {
      subscription().cancel();
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r1 = downstream.signals();
      r.r2 = failure.timesReported();
    }
  }
}
