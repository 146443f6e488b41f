package io.bridge.testkit;

import static io.bridge.testkit.HostileScript.Signal.COMPLETE;
import static io.bridge.testkit.HostileScript.Signal.NEXT;
import static io.bridge.testkit.HostileScript.Signal.NULL_NEXT;

import io.bridge.testkit.HostileScript.Signal;
import java.util.Set;

/** What a library's kind of source may signal, and what its rules say of breaches. */
public enum Protocol {
  /** Reactive Streams, by any of its interfaces. */
  PUBLISHER(true, Set.of()),
  /** A publisher of Reactor, whose subscribe sends what it catches as onError. */
  FLUX(true, Set.of()),
  /** The same of one item at most: what would cut off awaits the end (A1). */
  MONO(true, Set.of()),
  /** RxJava's Observable: no demand; like all of its observers, this one never throws. */
  OBSERVABLE(false, Set.of()),
  /** RxJava's Single: its value is its end. */
  SINGLE(false, Set.of(COMPLETE)),
  /** RxJava's Maybe: its value is an end. */
  MAYBE(false, Set.of()),
  /** RxJava's Completable. */
  COMPLETABLE(false, Set.of(NEXT, NULL_NEXT));

  /** Whether there is demand (RS 1.1), and a null is thrown back at the source (RS 2.13). */
  final boolean reactiveStreams;

  /** Signals that the observer has no method for. */
  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<Signal> missing;

  Protocol(boolean reactiveStreams, Set<Signal> missing) {
    this.reactiveStreams = reactiveStreams;
    this.missing = missing;
  }

  boolean has(Signal signal) {
    return !missing.contains(signal);
  }

  boolean valueIsEnd() {
    return this == SINGLE || this == MAYBE;
  }

  boolean sendsWhatItCatches() {
    return this == FLUX || this == MONO;
  }
}
