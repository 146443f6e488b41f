package io.bridge.testkit;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of the table of contract section 2, as an oracle reads them. */
public enum Cardinality {
  /** {@code await}. */
  AWAIT(Rule.ONE, null),
  /** {@code awaitSingle}. */
  SINGLE(Rule.ONE, NoSuchElementException.class),
  /** {@code awaitOptional}. */
  OPTIONAL(Rule.ONE, Optional.empty()),
  /** {@code awaitFirst}. */
  FIRST(Rule.FIRST, NoSuchElementException.class),
  /** {@code awaitFirstOrNull}. */
  FIRST_OR_NULL(Rule.FIRST, null),
  /** {@code awaitFirstOrElse} with {@code "else"}. */
  FIRST_OR_ELSE(Rule.FIRST, "else"),
  /** {@code awaitLast}. */
  LAST(Rule.LAST, NoSuchElementException.class),
  /** {@code awaitLastOrNull}. */
  LAST_OR_NULL(Rule.LAST, null),
  /** {@code awaitList}. */
  LIST(Rule.ALL, List.of()),
  /** {@code awaitCollect} with {@code joining()}, whose container cannot be asked for its items. */
  COLLECT(Rule.COLLECTED, ""),
  /** {@code awaitCompletion}. */
  COMPLETION(Rule.NONE, null);

  /** What becomes of items. */
  enum Rule {
    ONE,
    FIRST,
    LAST,
    ALL,
    COLLECTED,
    NONE
  }

  final Rule rule;

  /** The value, or the class of the exception. */
  @SuppressWarnings("ImmutableEnumChecker") // an empty list, an empty Optional, or a class
  private final @Nullable Object ofNothing;

  Cardinality(Rule rule, @Nullable Object ofNothing) {
    this.rule = rule;
    this.ofNothing = ofNothing;
  }

  /** Whether the first item is the outcome, and upstream is cancelled. */
  boolean cutsOff(Protocol protocol) {
    return rule == Rule.FIRST && protocol != Protocol.MONO;
  }

  /** Whether a second item is too many. */
  boolean isOfOne(Protocol protocol) {
    return rule == Rule.ONE || (rule == Rule.FIRST && protocol == Protocol.MONO);
  }

  /** The outcome when the source has ended and {@code held} are the items that count. */
  Outcome of(List<String> held) {
    if (held.isEmpty()) {
      return ofNothing instanceof Class<?> type
          ? Outcome.thrown(type.getSimpleName())
          : Outcome.value(ofNothing);
    }
    return Outcome.value(
        switch (this) {
          case OPTIONAL -> Optional.of(held.get(0));
          case LIST -> held;
          case COLLECT -> String.join("", held);
          default -> held.get(0);
        });
  }

  /** What an await did, as text that can be compared. */
  record Outcome(String text) {

    static Outcome value(@Nullable Object value) {
      return new Outcome("returns " + value);
    }

    static Outcome thrown(String failure) {
      return new Outcome("throws " + failure);
    }
  }
}
