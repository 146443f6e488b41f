package io.bridge.examples;

/** What the bank does when it is asked to charge a card. */
enum Card {
  /** The bank approves. */
  GOOD,
  /** The bank declines. */
  EMPTY,
  /** The bank takes the request and never answers. */
  STUCK
}
