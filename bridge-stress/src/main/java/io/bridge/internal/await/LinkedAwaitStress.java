package io.bridge.internal.await;

import io.bridge.stress.protocol.Actors;
import io.bridge.stress.protocol.Outcomes;
import io.bridge.stress.protocol.Recorder;
import io.bridge.stress.protocol.Upstream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collector;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.IIZ_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * The upstream link ({@link LinkedAwait}) and the turn of those who fold ({@link FoldAwait}):
 * upstream is cancelled once (A5), never beside its own request (RS 2.7), and what was folded is
 * given up once (A12). Proof of docs/design/suspension.md.
 */
public final class LinkedAwaitStress {

  private LinkedAwaitStress() {}

  /**
   * The subscription comes while the await is cancelled. Catches late-subscription-kept.patch and
   * cancel-beside-request.patch.
   */
  @JCStressTest
  @Outcome(id = "1, 1, false", expect = Expect.ACCEPTABLE, desc = "requested, then cancelled")
  @Outcome(id = "0, 1, false", expect = Expect.ACCEPTABLE, desc = "came late: cancelled at once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "kept, cancelled twice, or not serially")
  @State
  public static class OnSubscribeAgainstCancel {

    final Upstream upstream = new Upstream();
    final Link link = new Link(new Recorder());

    @Actor
    public void source() {
      link.onSubscribe(upstream);
    }

    @Actor
    public void canceller() {
      link.tryCancel();
    }

    @Arbiter
    public void after(IIZ_Result r) {
      r.r1 = upstream.requests();
      r.r2 = upstream.cancels();
      r.r3 = upstream.isBroken();
    }
  }

  /** A hostile source hands over two. Catches second-subscription-kept.patch. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "one was taken, the other cancelled")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both or none was taken")
  @State
  public static class TwoSubscriptions {

    final Upstream one = new Upstream();
    final Upstream other = new Upstream();
    final Link link = new Link(new Recorder());

    @Actor
    public void first() {
      link.onSubscribe(one);
    }

    @Actor
    public void second() {
      link.onSubscribe(other);
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = one.requests() + other.requests();
      r.r2 = one.cancels() + other.cancels();
    }
  }

  /** More is requested while the await is cancelled. Catches cursor-request-beside-cancel.patch. */
  @JCStressTest
  @Outcome(
      id = "1, false",
      expect = Expect.ACCEPTABLE,
      desc = "cancelled, with or without a request")
  @Outcome(expect = Expect.FORBIDDEN, desc = "not cancelled, twice, or beside the request")
  @State
  public static class RequestAgainstCancel {

    final Upstream upstream = new Upstream();
    final Link link = new Link(new Recorder());

    public RequestAgainstCancel() {
      link.onSubscribe(upstream);
    }

    @Actor
    public void loop() {
      link.requestMore();
    }

    @Actor
    public void canceller() {
      link.tryCancel();
    }

    @Arbiter
    public void after(IZ_Result r) {
      r.r1 = upstream.cancels();
      r.r2 = upstream.isBroken();
    }
  }

  /** Two threads cancel. Catches cancelled-twice.patch. */
  @JCStressTest
  @Outcome(id = "1, false", expect = Expect.ACCEPTABLE, desc = "cancelled once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "cancelled twice, or not at all")
  @State
  public static class CancelAgainstCancel {

    final Upstream upstream = new Upstream();
    final Link link = new Link(new Recorder());

    public CancelAgainstCancel() {
      link.onSubscribe(upstream);
    }

    @Actor
    public void first() {
      link.cancelUpstream();
    }

    @Actor
    public void second() {
      link.cancelUpstream();
    }

    @Arbiter
    public void after(IZ_Result r) {
      r.r1 = upstream.cancels();
      r.r2 = upstream.isBroken();
    }
  }

  /** What the tests of whole observers share. */
  abstract static class Collecting {

    final Actors.Item item = new Actors.Item();
    final Upstream upstream = new Upstream();
    final Outcomes outcomes = new Outcomes();
    final SubscriberAwait<Actors.Item, List<Actors.Item>> observer =
        new SubscriberAwait<>(
            Fold.<Actors.Item, List<Actors.Item>, List<Actors.Item>>collect(
                Collector.of(
                    ArrayList::new,
                    List::add,
                    (a, b) -> {
                      a.addAll(b);
                      return a;
                    })),
            null,
            outcomes);
  }

  /** The end comes while all is cancelled. Catches collected-list-given-up-whole.patch. */
  @JCStressTest
  @Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "the list was passed on")
  @Outcome(
      id = "0, 1, 1",
      expect = Expect.ACCEPTABLE,
      desc = "cancelled: upstream too, and the item is given up")
  @Outcome(
      id = "0, 1, 0",
      expect = Expect.ACCEPTABLE,
      desc = "upstream ended first, then the cancel won the outcome; the item is given up")
  @Outcome(expect = Expect.FORBIDDEN, desc = "passed on and given up, or neither; cancelled twice")
  @State
  public static class CompleteAgainstCancel extends Collecting {

    public CompleteAgainstCancel() {
      observer.onSubscribe(upstream);
    }

    @Actor
    public void source() {
      observer.onNext(item);
      observer.onComplete();
    }

    @Actor
    public void canceller() {
      observer.tryCancel();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r1 = outcomes.values();
      r.r2 = item.timesGivenUp();
      r.r3 = upstream.cancels();
    }
  }

  /** An item is folded while the await is cancelled. Catches folded-item-lost.patch. */
  @JCStressTest
  @Outcome(
      id = "0, 1, 1",
      expect = Expect.ACCEPTABLE,
      desc = "cancelled: the item is given up once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the item vanished, or was given up twice")
  @State
  public static class ItemAgainstCancel extends Collecting {

    public ItemAgainstCancel() {
      observer.onSubscribe(upstream);
    }

    @Actor
    public void source() {
      observer.onNext(item);
    }

    @Actor
    public void canceller() {
      observer.tryCancel();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r1 = outcomes.values();
      r.r2 = item.timesGivenUp();
      r.r3 = upstream.cancels();
    }
  }

  /** A hostile source sends an item beside its end (RS 1.3 is broken). */
  @JCStressTest
  @Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "the item is in the list")
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "the end came first: it is given up")
  @Outcome(expect = Expect.FORBIDDEN, desc = "no outcome, or the item vanished")
  @State
  public static class ItemAgainstComplete extends Collecting {

    public ItemAgainstComplete() {
      observer.onSubscribe(upstream);
    }

    @Actor
    public void one() {
      observer.onNext(item);
    }

    @Actor
    public void other() {
      observer.onComplete();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r1 = outcomes.values();
      r.r2 = item.timesGivenUp() + outcomes.items() == 1 ? item.timesGivenUp() : -1;
      r.r3 = upstream.cancels();
    }
  }

  /** A hostile source ends twice at once: the cell alone decides which end is the outcome. */
  @JCStressTest
  @Outcome(
      id = "1, 0, 0",
      expect = Expect.ACCEPTABLE,
      desc = "completed first: the failure is lost")
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "failed first: the item is given up")
  @Outcome(expect = Expect.FORBIDDEN, desc = "two outcomes, none, or the item vanished")
  @State
  public static class CompleteAgainstFail extends Collecting {

    final Actors.Lost failure = new Actors.Lost();

    public CompleteAgainstFail() {
      observer.onSubscribe(upstream);
      observer.onNext(item);
    }

    @Actor
    public void one() {
      observer.onComplete();
    }

    @Actor
    public void other() {
      observer.onError(failure);
    }

    @Arbiter
    public void after(III_Result r) {
      r.r1 = outcomes.values();
      r.r2 = item.timesGivenUp();
      r.r3 = upstream.cancels() == 0 ? 1 - failure.timesReported() : -1;
    }
  }

  /**
   * The source ends while all is cancelled and its bringer is still inside request: the end may
   * hide the debt that the cancel left, but no outcome is beside a cancelled upstream.
   */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "ended: nothing to cancel")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "cancelled; the bringer pays")
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "cancelled beside the source's end")
  @Outcome(expect = Expect.FORBIDDEN, desc = "ended and cancelled, or cancelled twice")
  @State
  public static class EndAgainstOwedCancel {

    final Recorder recorder = new Recorder();
    final Upstream upstream = new Upstream();
    final Link link = new Link(recorder);

    public EndAgainstOwedCancel() {
      var unused = link.link(upstream); // and not idle yet
    }

    @Actor
    public void source() {
      if (link.unlink()) {
        link.resumeOrDiscard(new Actors.Item());
      }
    }

    @Actor
    public void canceller() {
      link.tryCancel();
    }

    @Arbiter
    public void after(II_Result r) {
      link.idle();
      r.r1 = recorder.outcomes();
      r.r2 = upstream.cancels();
    }
  }

  /** A hostile source ends beside its own onSubscribe: taken, or late and cancelled. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "taken, then ended")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "ended, then late: cancelled at once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "kept, or both")
  @State
  public static class EndAgainstOnSubscribe {

    final Upstream upstream = new Upstream();
    final Link link = new Link(new Recorder());

    @Actor
    public void bringer() {
      link.onSubscribe(upstream);
    }

    @Actor
    public void source() {
      if (link.unlink()) {
        link.resumeOrDiscard(new Actors.Item());
      }
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = upstream.requests();
      r.r2 = upstream.cancels();
    }
  }
}
