package io.bridge.examples;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts outcomes, from any thread. */
final class Tally {

  private final Map<Outcome, LongAdder> counts = new EnumMap<>(Outcome.class);

  Tally() {
    for (Outcome outcome : Outcome.values()) {
      counts.put(outcome, new LongAdder());
    }
  }

  void add(Outcome outcome) {
    adder(outcome).increment();
  }

  long count(Outcome outcome) {
    return adder(outcome).sum();
  }

  long total() {
    return counts.values().stream().mapToLong(LongAdder::sum).sum();
  }

  private LongAdder adder(Outcome outcome) {
    return requireNonNull(counts.get(outcome));
  }
}
