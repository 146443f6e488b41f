package io.bridge.internal.cursor;

import io.bridge.stress.protocol.Actors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The loop of a cursor ({@link Iteration}): every item is returned or given up, once; whatever
 * happens wakes a waiting loop (I1, I2, I6). Proof of docs/design/cursor.md.
 */
public final class IterationStress {

  /** A loop takes its time between hasNext and next. */
  private static final int BETWEEN = 30;

  private IterationStress() {}

  /** An iteration whose source is the other actor. */
  abstract static class Iterating implements Iteration.Source {

    final Actors.Item item = new Actors.Item();
    final Actors.Lost failure = new Actors.Lost();
    final AtomicInteger stops = new AtomicInteger();
    final Iteration<Actors.Item> iteration = Iteration.open(4);

    Iterating() {
      iteration.begin(this, () -> {});
    }

    @Override
    public void request(long items) {}

    @Override
    public void stop() {
      stops.incrementAndGet();
    }

    @Override
    public void completed() {}

    @Override
    public void discard(@Nullable Object value) {
      if (value instanceof Actors.Item item) {
        item.giveUp();
      }
    }

    @Override
    public void reportLost(Throwable thrown) {
      ((Actors.Lost) thrown).report();
    }

    /** How many items there are until the end. */
    final int loop() {
      Actors.beat();
      int items = 0;
      while (iteration.hasNext()) {
        var unused = iteration.next();
        items++;
      }
      return items;
    }
  }

  /** An item comes while the loop goes to wait. Catches cursor-wake-up-lost.patch. */
  @JCStressTest
  @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "the item is returned")
  @Outcome(expect = Expect.FORBIDDEN, desc = "another item; a lost wake-up hangs")
  @State
  public static class ItemAgainstLoop extends Iterating {

    @Actor
    public void source() {
      iteration.offer(item);
    }

    @Actor
    public void loop(L_Result r) {
      Actors.beat();
      r.r1 = iteration.next() == item;
    }
  }

  /**
   * An item and the end come while the loop goes to wait. Catches cursor-end-not-looked-for.patch.
   */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the item, then the end")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the item is lost; a lost wake-up hangs")
  @State
  public static class EndAgainstLoop extends Iterating {

    @Actor
    public void source() {
      iteration.offer(item);
      iteration.receive(null);
    }

    @Actor
    public void loop(L_Result r) {
      r.r1 = loop();
    }
  }

  /** Items before a failure are delivered before it is thrown (I2). */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the item, then the failure")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the failure overtook, or was reported too")
  @State
  public static class FailureAgainstLoop extends Iterating {

    @Actor
    public void source() {
      iteration.offer(item);
      if (!iteration.fail(failure)) {
        failure.report();
      }
    }

    @Actor
    public void loop(II_Result r) {
      try {
        if (iteration.hasNext()) {
          var unused = iteration.next();
          r.r1 = 1;
        }
        r.r1 += 10 * loop();
      } catch (Actors.Lost e) {
        return;
      }
      r.r1 = -1; // no failure
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = failure.timesReported();
    }
  }

  /**
   * Another thread closes while the loop goes to wait. Catches cursor-close-not-looked-for.patch.
   */
  @JCStressTest
  @Outcome(
      id = "0, 1",
      expect = Expect.ACCEPTABLE,
      desc = "the loop ends, the source is stopped once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "not stopped, or twice; a lost wake-up hangs")
  @State
  public static class CloseAgainstLoop extends Iterating {

    @Actor
    public void loop(II_Result r) {
      r.r1 = loop();
    }

    @Actor
    public void closer() {
      iteration.close();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = stops.get();
    }
  }

  /**
   * An item comes while a cursor is closed that nobody has looped over. Catches
   * cursor-late-item-kept.patch.
   */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "given up once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the item vanished, or was given up twice")
  @State
  public static class ItemAgainstClose extends Iterating {

    @Actor
    public void source() {
      iteration.offer(item);
    }

    @Actor
    public void closer() {
      iteration.close();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = item.timesGivenUp();
      r.r2 = stops.get();
    }
  }

  /** A loop takes an item while another thread closes: returned, or given up by its last call. */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the item was returned")
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "the item was given up")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both, or neither")
  @State
  public static class TakeAgainstClose extends Iterating {

    public TakeAgainstClose() {
      iteration.offer(item);
    }

    @Actor
    public void loop(III_Result r) {
      r.r1 = loop();
    }

    @Actor
    public void closer() {
      iteration.close();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r2 = item.timesGivenUp();
      r.r3 = stops.get();
    }
  }

  /**
   * The same after hasNext: what it promised is returned. Catches cursor-promised-item-lost.patch.
   */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the item was returned")
  @Outcome(expect = Expect.FORBIDDEN, desc = "given up although it was promised")
  @State
  public static class PromisedAgainstClose extends Iterating {

    volatile boolean promised;

    public PromisedAgainstClose() {
      iteration.offer(item);
    }

    @Actor
    public void loop(III_Result r) {
      if (iteration.hasNext()) {
        promised = true;
        for (int i = 0; i < BETWEEN; i++) {
          Thread.onSpinWait();
        }
        r.r1 = iteration.next() == item ? 1 : -1;
      }
    }

    @Actor
    public void closer() {
      Actors.until(() -> promised);
      iteration.close();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r2 = item.timesGivenUp();
      r.r3 = stops.get();
    }
  }

  /** The source fails while the cursor is closed. Catches cursor-failure-vanishes.patch. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "reported once, nobody being left")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the failure vanished, or was reported twice")
  @State
  public static class FailureAgainstClose extends Iterating {

    @Actor
    public void source() {
      if (!iteration.fail(failure)) {
        failure.report();
      }
    }

    @Actor
    public void closer() {
      iteration.close();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = failure.timesReported();
      r.r2 = stops.get();
    }
  }

  /**
   * Two threads give up a cursor that has promised an item: that goes once. Catches
   * cursor-item-given-up-twice.patch.
   */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "given up once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "kept, or given up twice")
  @State
  public static class GiveUpAgainstGiveUp extends Iterating {

    public GiveUpAgainstGiveUp() {
      iteration.offer(item);
      var unused = iteration.hasNext();
    }

    @Actor
    public void first() {
      iteration.abandoned();
    }

    @Actor
    public void second() {
      iteration.abandoned();
    }

    @Arbiter
    public void after(L_Result r) {
      r.r1 = item.timesGivenUp();
    }
  }
}
