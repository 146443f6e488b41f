package io.bridge.internal.await;

import io.bridge.internal.stream.ValueSubscription;
import io.bridge.stress.protocol.Actors;
import io.bridge.stress.protocol.Downstream;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Conversions ({@link ConversionSink}, {@link ValueSubscription}): one outcome or the stop of the
 * source, once; a value is delivered on request or given up, once. Signals are written as
 * items/completions/failures. Proof of docs/design/conversion.md.
 */
public final class ConversionStress {

  private ConversionStress() {}

  /** A sink that counts. */
  static final class Sink extends ConversionSink<Actors.Item> {

    private final AtomicInteger outcomes = new AtomicInteger();

    @Override
    protected boolean succeeded(Actors.Item value) {
      outcomes.incrementAndGet();
      return true;
    }

    @Override
    protected boolean failed(Throwable failure) {
      outcomes.incrementAndGet();
      return true;
    }

    int outcomes() {
      return outcomes.get();
    }
  }

  /** The source answers while it is cancelled: one outcome, or its stop. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the value won")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "stopped: the value is given up")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both, or neither")
  @State
  public static class ResumeAgainstCancel {

    final Actors.Item item = new Actors.Item();
    final AtomicInteger stops = new AtomicInteger();
    final Sink sink = new Sink();

    public ResumeAgainstCancel() {
      sink.onCancel(stops::incrementAndGet);
    }

    @Actor
    public void source() {
      sink.resume(item);
    }

    @Actor
    public void canceller() {
      sink.cancel();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = sink.outcomes() + stops.get();
      r.r2 = item.timesGivenUp() == stops.get() ? stops.get() : -1;
    }
  }

  /** The source registers what stops it while it is cancelled. */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "stopped once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "it goes on, or is stopped twice")
  @State
  public static class OnCancelAgainstCancel {

    final AtomicInteger stops = new AtomicInteger();
    final Sink sink = new Sink();

    @Actor
    public void source() {
      sink.onCancel(stops::incrementAndGet);
    }

    @Actor
    public void canceller() {
      sink.cancel();
    }

    @Arbiter
    public void after(L_Result r) {
      r.r1 = stops.get();
    }
  }

  /** A conversion into a publisher of one item. */
  abstract static class Converting {

    final Actors.Item item = new Actors.Item();
    final Actors.Lost failure = new Actors.Lost();
    final Downstream<Actors.Item> downstream = new Downstream<>();
    final ValueSubscription<Actors.Item> subscription = new ValueSubscription<>(downstream);

    Converting() {
      downstream.willRequest(1);
    }
  }

  /** The value comes beside the request. Catches conversion-request-check-then-set.patch. */
  @JCStressTest
  @Outcome(id = "1/1/0, 0", expect = Expect.ACCEPTABLE, desc = "delivered, then the end")
  @Outcome(expect = Expect.FORBIDDEN, desc = "not delivered, twice, or without an end")
  @State
  public static class ValueAgainstRequest extends Converting {

    @Actor
    public void source() {
      subscription.resume(item);
    }

    @Actor
    public void subscriber() {
      subscription.request(1);
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r1 = downstream.signals();
      r.r2 = item.timesGivenUp();
    }
  }

  /** The value comes beside a cancel. Catches conversion-held-value-lost.patch. */
  @JCStressTest
  @Outcome(id = "0/0/0, 1", expect = Expect.ACCEPTABLE, desc = "given up: nobody had requested it")
  @Outcome(expect = Expect.FORBIDDEN, desc = "it vanished, or was given up twice")
  @State
  public static class ValueAgainstCancel extends Converting {

    @Actor
    public void source() {
      subscription.resume(item);
    }

    @Actor
    public void subscriber() {
      subscription.cancel();
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r1 = downstream.signals();
      r.r2 = item.timesGivenUp();
    }
  }

  /** A held value is requested beside a cancel. Catches conversion-held-value-twice.patch. */
  @JCStressTest
  @Outcome(id = "1/1/0, 0", expect = Expect.ACCEPTABLE, desc = "delivered, then the end")
  @Outcome(
      id = "1/0/0, 0",
      expect = Expect.ACCEPTABLE,
      desc = "delivered, cancelled before the end")
  @Outcome(id = "0/0/0, 1", expect = Expect.ACCEPTABLE, desc = "cancelled: given up")
  @Outcome(expect = Expect.FORBIDDEN, desc = "delivered and given up, or neither")
  @State
  public static class RequestAgainstCancel extends Converting {

    public RequestAgainstCancel() {
      subscription.resume(item);
    }

    @Actor
    public void first() {
      subscription.request(1);
    }

    @Actor
    public void second() {
      subscription.cancel();
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r1 = Actors.isStrayReported() ? "an error of ours" : downstream.signals();
      r.r2 = item.timesGivenUp();
    }
  }

  /** The source fails beside a cancel: the failure arrives in one place. */
  @JCStressTest
  @Outcome(id = "0/0/1, 0", expect = Expect.ACCEPTABLE, desc = "the subscriber has it")
  @Outcome(id = "0/0/0, 1", expect = Expect.ACCEPTABLE, desc = "cancelled: it is reported")
  @Outcome(expect = Expect.FORBIDDEN, desc = "it vanished, or came twice")
  @State
  public static class FailureAgainstCancel extends Converting {

    @Actor
    public void source() {
      subscription.fail(failure);
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

  /** An illegal request beside the value: the one terminal signal says which was first (RS 3.9). */
  @JCStressTest
  @Outcome(
      id = "0/0/1, 1",
      expect = Expect.ACCEPTABLE,
      desc = "rejected first: the value is given up")
  @Outcome(id = "1/1/0, 0", expect = Expect.ACCEPTABLE, desc = "delivered, then it was too late")
  @Outcome(id = "1/0/1, 0", expect = Expect.ACCEPTABLE, desc = "rejected while the value was sent")
  @Outcome(expect = Expect.FORBIDDEN, desc = "no terminal signal, or two, or the value vanished")
  @State
  public static class RejectAgainstValue extends Converting {

    public RejectAgainstValue() {
      subscription.request(1);
    }

    @Actor
    public void source() {
      subscription.resume(item);
    }

    @Actor
    public void subscriber() {
      subscription.request(0);
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r1 = downstream.signals();
      r.r2 = item.timesGivenUp();
    }
  }
}
