package io.bridge.stress;

import java.util.concurrent.atomic.AtomicBoolean;

/** A value of a source, which may be given up once (A12). */
final class Item {

  private final AtomicBoolean givenUp = new AtomicBoolean();

  @SuppressWarnings("unused") // a program only has to touch it
  private boolean used;

  /** What a program does with it. */
  void use() {
    used = true;
  }

  /** False if it was given up before. */
  boolean giveUp() {
    return givenUp.compareAndSet(false, true);
  }
}
