package io.bridge.stress;

/** A failure that a program or a source is meant to have. */
final class Planned extends RuntimeException {

  private static final long serialVersionUID = 1L;

  Planned(String where) {
    super(where, null, true, false);
  }
}
