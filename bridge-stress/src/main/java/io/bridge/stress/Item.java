package io.bridge.stress;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A value with a fate (A12): a program receives it, or it is given up, once and not both. One that
 * is owed must come to one of these ends; any other may also be dropped, by an operator of somebody
 * else, a handle that keeps it, or the program itself.
 */
final class Item {

  private static final int OWED = 1;
  private static final int RECEIVED = 2;
  private static final int GIVEN_UP = 4;
  private static final int HOOKED = 8;
  private static final int GIVEN_TO_HOOK = 16;

  private final Ledger ledger;
  private final Object origin;
  private final AtomicInteger marks = new AtomicInteger();

  /**
   * A new one, not owed.
   *
   * @param origin whose text says where it comes from
   */
  Item(Ledger ledger, Object origin) {
    this.ledger = ledger;
    this.origin = origin;
  }

  /** From now on somebody must receive it, or hear that it was given up. */
  Item owe() {
    marks.getAndUpdate(now -> now | OWED);
    ledger.owed.add(this);
    return this;
  }

  /** It came back to who had sent it, or stays with somebody who may still be asked for it. */
  void excuse() {
    ledger.owed.remove(this);
  }

  /** If it is given up, Reactor's hook hears of it first. */
  void expectHook() {
    marks.getAndUpdate(now -> now | HOOKED);
  }

  /** A program has it. */
  void receive() {
    int before = marks.getAndUpdate(now -> now | RECEIVED);
    check(before, GIVEN_UP, "received although it was given up");
    checkOwed(before, GIVEN_TO_HOOK, "received although Reactor's hook has it");
    settle(before);
    ledger.received.incrementAndGet();
  }

  /** {@code Undeliverable.onDiscard} has it. */
  void giveUp() {
    int before = marks.getAndUpdate(now -> now | GIVEN_UP);
    check(before, GIVEN_UP, "given up twice");
    check(before, RECEIVED, "given up although it was received");
    if ((before & (HOOKED | GIVEN_TO_HOOK)) == HOOKED) {
      check(before, HOOKED, "given up behind the back of Reactor's hook");
    }
    settle(before);
    ledger.givenUp.incrementAndGet();
  }

  /** The hook of Reactor has it; one that was owed is to be given up to ours, too. */
  void giveToHook() {
    int before = marks.getAndUpdate(now -> now | GIVEN_TO_HOOK);
    checkOwed(before, GIVEN_TO_HOOK, "given to Reactor's hook twice");
    checkOwed(before, RECEIVED, "given to Reactor's hook although it was received");
    ledger.givenToHook.incrementAndGet();
  }

  private void settle(int before) {
    if ((before & OWED) != 0) {
      ledger.owed.remove(this);
    }
  }

  /** What operators of Reactor do with the others is their matter. */
  private void checkOwed(int before, int forbidden, String what) {
    if ((before & OWED) != 0) {
      check(before, forbidden, what);
    }
  }

  private void check(int before, int forbidden, String what) {
    if ((before & forbidden) != 0) {
      ledger.surprise(-1, what + ": " + this, new Throwable());
    }
  }

  @Override
  public String toString() {
    return "item of " + origin;
  }
}
