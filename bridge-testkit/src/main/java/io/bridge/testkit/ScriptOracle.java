package io.bridge.testkit;

import io.bridge.testkit.Cardinality.Outcome;
import io.bridge.testkit.Cardinality.Rule;
import io.bridge.testkit.HostileScript.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What contract A5, A11 and A12 say of one script, by one thread and without looking at bridge: the
 * first legal outcome wins, and the rest is Undeliverable.
 */
final class ScriptOracle {

  /**
   * What can be seen of one await, in text: a failure that the script made is told by its position,
   * any other by its class.
   *
   * @param outcome of the await; null while there is none
   * @param discarded items, sorted
   * @param reported failures, sorted
   * @param upstreams what was done with each, by its position
   * @param intoSource what the observer threw, by the position of the signal
   * @param stopped whether a source that is inside its request finds itself cancelled after an item
   *     (A6), by the position of the item
   */
  record Verdict(
      @Nullable Outcome outcome,
      List<String> discarded,
      List<String> reported,
      Map<Integer, String> upstreams,
      Map<Integer, String> intoSource,
      Map<Integer, Boolean> stopped) {}

  private static final String NULL_POINTER = NullPointerException.class.getSimpleName();

  private final Protocol protocol;
  private final Cardinality cardinality;
  private final boolean insideRequest;

  private final List<String> held = new ArrayList<>();
  private final List<String> discarded = new ArrayList<>();
  private final List<String> reported = new ArrayList<>();
  private final Map<Integer, String> upstreams = new TreeMap<>();
  private final Map<Integer, String> intoSource = new TreeMap<>();
  private final Map<Integer, Boolean> stopped = new TreeMap<>();
  private @Nullable Outcome outcome;
  private @Nullable Integer taken;
  private boolean cancelled;

  private ScriptOracle(Protocol protocol, Cardinality cardinality, boolean insideRequest) {
    this.protocol = protocol;
    this.cardinality = cardinality;
    this.insideRequest = insideRequest;
  }

  /**
   * Judges one script.
   *
   * @param insideRequest whether what follows the first upstream is played inside its request
   * @param fromRequest the positions that were sent by the thread that is inside the request
   */
  static Verdict judge(
      HostileScript script,
      Protocol protocol,
      Cardinality cardinality,
      boolean insideRequest,
      Set<Integer> fromRequest) {
    ScriptOracle oracle = new ScriptOracle(protocol, cardinality, insideRequest);
    for (int i = 0; i < script.length(); i++) {
      oracle.signal(i, script.signals().get(i));
    }
    oracle.discarded.sort(null);
    oracle.reported.sort(null);
    oracle.stopped.keySet().retainAll(fromRequest);
    return new Verdict(
        oracle.outcome,
        oracle.discarded,
        oracle.reported,
        oracle.upstreams,
        oracle.intoSource,
        oracle.stopped);
  }

  static boolean decides(HostileScript script, Protocol protocol, Cardinality cardinality) {
    return judge(script, protocol, cardinality, false, Set.of()).outcome() != null;
  }

  private void signal(int position, Signal signal) {
    switch (signal) {
      case SUBSCRIBE -> subscribed(position);
      case NEXT -> {
        item(HostileScript.item(position));
        stopped.put(position, cancelled);
      }
      case ERROR -> ended(signal + "@" + position);
      case COMPLETE -> {
        if (outcome == null) {
          outcome = cardinality.of(held);
        }
      }
      case NULL_SUBSCRIBE, NULL_NEXT, NULL_ERROR -> nothing(position);
      case THROW -> {
        boolean caught = protocol.sendsWhatItCatches() && !(insideRequest && taken != null);
        String failure = signal + "@" + position;
        if (caught) {
          ended(failure);
        } else {
          cutOff(failure);
        }
      }
    }
  }

  private void subscribed(int position) {
    boolean takes = outcome == null && taken == null;
    List<Long> requests = List.of();
    if (takes) {
      taken = position;
      if (protocol.reactiveStreams) {
        requests = List.of(cardinality.cutsOff(protocol) ? 1 : Long.MAX_VALUE);
      }
    }
    upstreams.put(position, Upstream.use(requests, takes ? 0 : 1));
  }

  private void item(String item) {
    if (outcome != null || cardinality.rule == Rule.NONE) {
      discarded.add(item);
    } else if (protocol.valueIsEnd()) {
      outcome = cardinality.of(List.of(item));
    } else if (cardinality.cutsOff(protocol)) {
      outcome = cardinality.of(List.of(item));
      cancelTaken();
    } else if (cardinality.isOfOne(protocol) && !held.isEmpty()) {
      held.add(item);
      cutOff(IllegalArgumentException.class.getSimpleName());
    } else {
      if (cardinality.rule == Rule.LAST) {
        discarded.addAll(held);
        held.clear();
      }
      held.add(item);
    }
  }

  // RS 2.13; an observer of RxJava has nobody else to tell than the hook
  private void nothing(int position) {
    if (protocol.reactiveStreams) {
      intoSource.put(position, NULL_POINTER);
      if (outcome == null) {
        cutOff(NULL_POINTER + "@" + position);
      }
    } else {
      cutOff(NULL_POINTER);
    }
  }

  /** A failure which is the end of the source: there is nothing to cancel. */
  private void ended(String failure) {
    if (outcome == null) {
      outcome = Outcome.thrown(failure);
      giveUp();
    } else {
      reported.add(failure);
    }
  }

  /** A failure which is not. */
  private void cutOff(String failure) {
    if (outcome == null) {
      cancelTaken();
    }
    ended(failure);
  }

  private void giveUp() {
    if (cardinality.rule != Rule.COLLECTED) {
      discarded.addAll(held);
    }
    held.clear();
  }

  private void cancelTaken() {
    if (taken != null) {
      cancelled = true;
      upstreams.computeIfPresent(taken, (position, use) -> use.replace("cancels 0", "cancels 1"));
    }
  }
}
