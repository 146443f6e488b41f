package io.bridge.internal.cursor;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The cursor's ring ({@link CursorBuffer}): one offers, one polls. An item comes out once, whole
 * and in order. Proof of docs/design/cursor.md, with {@link IterationStress}.
 */
public final class CursorBufferStress {

  private CursorBufferStress() {}

  /** Two offers beside two polls. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "both looks came first")
  @Outcome(
      id = {"0, 1", "1, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "one look found the first item")
  @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "both looks found their item")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an item overtook, doubled, or was torn")
  @State
  public static class Order {

    final CursorBuffer<int[]> buffer = spent(0);

    @Actor
    public void source() {
      offerTwo(buffer);
    }

    @Actor
    public void loop(II_Result r) {
      pollTwo(buffer, r);
    }
  }

  /** The same, where the first item goes to the last slot and the second into the ring. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "both looks came first")
  @Outcome(
      id = {"0, 1", "1, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "one look found the first item")
  @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "both looks found their item")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an item overtook, doubled, or was torn")
  @State
  public static class OrderWhereItGrows {

    final CursorBuffer<int[]> buffer = spent(1);

    @Actor
    public void source() {
      offerTwo(buffer);
    }

    @Actor
    public void loop(II_Result r) {
      pollTwo(buffer, r);
    }
  }

  /** The same, where both go into the ring, which the first one makes. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "both looks came first")
  @Outcome(
      id = {"0, 1", "1, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "one look found the first item")
  @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "both looks found their item")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an item overtook, doubled, or was torn")
  @State
  public static class OrderInRing {

    final CursorBuffer<int[]> buffer = spent(2);

    @Actor
    public void source() {
      offerTwo(buffer);
    }

    @Actor
    public void loop(II_Result r) {
      pollTwo(buffer, r);
    }
  }

  /** A buffer for two items, of whose two slots some are spent. */
  private static CursorBuffer<int[]> spent(int slots) {
    CursorBuffer<int[]> buffer = CursorBuffer.of(2);
    for (int i = 0; i < slots; i++) {
      buffer.offer(new int[1]);
      buffer.poll();
    }
    return buffer;
  }

  private static void offerTwo(CursorBuffer<int[]> buffer) {
    buffer.offer(new int[] {1});
    buffer.offer(new int[] {2});
  }

  private static void pollTwo(CursorBuffer<int[]> buffer, II_Result r) {
    r.r1 = value(buffer.poll());
    r.r2 = value(buffer.poll());
  }

  private static int value(int @Nullable [] item) {
    return item == null ? 0 : item[0];
  }
}
