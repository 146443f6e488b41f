package io.bridge.testkit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a source does, legal or not, signal by signal.
 *
 * @param signals in order
 */
record HostileScript(List<HostileScript.Signal> signals) {

  /** The alphabet. */
  enum Signal {
    /** A fresh upstream. */
    SUBSCRIBE,
    NULL_SUBSCRIBE,
    /** A fresh item. */
    NEXT,
    NULL_NEXT,
    /** A fresh failure. */
    ERROR,
    NULL_ERROR,
    COMPLETE,
    /** Whatever plays the script throws: {@code subscribe}, or {@code request}. Always last. */
    THROW
  }

  private static final int MAX_LENGTH = 4;

  private static final HostileScript EMPTY = new HostileScript(List.of());

  /**
   * Every script of up to four signals that {@code protocol} has; one that does not decide the
   * await gets an end of the source's own behind it.
   */
  static Set<HostileScript> all(Protocol protocol, Cardinality cardinality) {
    Set<HostileScript> all = new LinkedHashSet<>();
    List<HostileScript> longest = List.of(EMPTY);
    for (int length = 0; length <= MAX_LENGTH; length++) {
      List<HostileScript> longer = new ArrayList<>();
      for (HostileScript script : longest) {
        all.add(script.ending(protocol, cardinality));
        for (Signal signal : Signal.values()) {
          if (protocol.has(signal) && !script.signals.contains(Signal.THROW)) {
            longer.add(script.then(signal));
          }
        }
      }
      longest = longer;
    }
    return all;
  }

  private HostileScript ending(Protocol protocol, Cardinality cardinality) {
    return ScriptOracle.decides(this, protocol, cardinality)
        ? this
        : then(protocol.has(Signal.COMPLETE) ? Signal.COMPLETE : Signal.NEXT);
  }

  private HostileScript then(Signal signal) {
    List<Signal> longer = new ArrayList<>(signals);
    longer.add(signal);
    return new HostileScript(List.copyOf(longer));
  }

  int length() {
    return signals.size();
  }

  boolean endsThrowing() {
    return signals.contains(Signal.THROW);
  }

  /** The item that the signal at {@code position} sends. */
  static String item(int position) {
    return "item" + position;
  }

  @Override
  public String toString() {
    return signals.toString();
  }
}
