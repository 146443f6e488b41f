package io.bridge.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What is to be reached, row by row. */
final class Goals {

  /**
   * One figure of a round that must not be greater than its limit.
   *
   * @param row the id
   * @param text what is compared
   * @param unit of figure and limit: "x" is a ratio
   * @param limit the greatest figure that is good
   * @param figure of one round; throws if the round has not measured it
   */
  record Goal(
      String row, String text, String unit, double limit, ToDoubleFunction<Results.Round> figure) {}

  private static final String SIZES = "[size=%s]";
  private static final String NESTED = "P13Nested.%s_%s[levels=%s]";

  /** No bytes: what is allocated once for many operations is not quite nothing for each. */
  private static final double NONE = 0.5;

  /** No bytes for an item, which would be 16 at least; a park takes some for many items. */
  private static final double NONE_FOR_ITEM = 2;

  private Goals() {}

  /** All of them, in the order of the rows. */
  static List<Goal> all() {
    return Stream.of(
            p1(), p2(), p3(), p4(), p5(), p6(), p7(), p8(), p9(), p10(), p11(), p12(), p13())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Goal> p1() {
    String row = "P1AwaitCompleted";
    List<String> all =
        List.of(
            "monoJust",
            "monoCallable",
            "monoChain",
            "publisher",
            "singleJust",
            "maybeJust",
            "completable",
            "flowableJust");
    return Stream.of(
            all.stream().map(c -> time(row, c, "kotlinx", 1.0 / 5)),
            Stream.of(time(row, "future", "kotlinx", 1 / 1.5)),
            Stream.concat(all.stream(), Stream.of("future")).map(c -> time(row, c, "own", 1.2)),
            Stream.of("monoJust", "maybeJust", "flowableJust", "future")
                .map(c -> bytes(row, c, NONE)),
            Stream.of("singleJust", "completable").map(c -> bytes(row, c, 40 + NONE)),
            // the source makes a subscription of 24 bytes of its own
            Stream.of(bytes(row, "publisher", 64 + 24 + NONE)))
        .flatMap(goals -> goals)
        .toList();
  }

  private static List<Goal> p2() {
    String row = "P2AwaitMany";
    return List.of(
        time(row, "sink", "kotlinxDefault", 1.0 / 2),
        time(row, "sink", "block", 1 / 1.5),
        bytesRatio(row, "sink", "kotlinxDefault", 0.6),
        time(row, "subscribeOn", "kotlinxDefault", 1),
        time(row, "subscribeOn", "block", 1),
        bytesRatio(row, "subscribeOn", "kotlinxDefault", 0.6));
  }

  private static List<Goal> p3() {
    return List.of(time("P3AwaitLatency", "latency", "floor", 1.1));
  }

  private static List<Goal> p4() {
    String row = "P4IterateFused";
    return Stream.of(
            Stream.of("range", "mapFilter", "fromIterable", "flowable")
                .map(c -> time(row, c, "floor", 1.3)),
            Stream.of("range", "mapFilter", "fromIterable")
                .map(c -> time(row, c, "toIterable", 1.0 / 2)),
            Stream.of(time(row, "flowable", "blockingIterable", 1.0 / 2)),
            Stream.of("range", "mapFilter", "fromIterable", "flowable")
                .map(c -> time(row, c, "kotlinx", 1.0 / 8)))
        .flatMap(goals -> goals)
        .toList();
  }

  private static List<Goal> p5() {
    String row = "P5IterateAcross";
    List<String> reactor = List.of("hidden", "publishOn", "publishOnHidden");
    return Stream.of(
            reactor.stream().map(c -> time(row, c, "toIterable", 1.0 / 2)),
            Stream.of(time(row, "observeOn", "blockingIterable", 1.0 / 2)),
            Stream.concat(reactor.stream(), Stream.of("observeOn"))
                .map(c -> time(row, c, "kotlinx", 1.0 / 4)),
            Stream.concat(reactor.stream(), Stream.of("observeOn"))
                .map(c -> itemBytes(row, c, "floor")))
        .flatMap(goals -> goals)
        .toList();
  }

  private static List<Goal> p6() {
    String row = "P6Emit";
    List<String> inPlace = List.of("unbounded", "one", "batch32");
    List<String> across = List.of("across32", "across256");
    return Stream.of(
            inPlace.stream().map(c -> time(row, c, "generate", 1.5)),
            Stream.concat(inPlace.stream(), across.stream())
                .map(c -> time(row, c, "kotlinxDefault", 1)),
            Stream.concat(inPlace.stream(), across.stream())
                .map(c -> itemBytes(row, c, "generate")))
        .flatMap(goals -> goals)
        .toList();
  }

  private static List<Goal> p7() {
    String row = "P7Start";
    return List.of(
        time(row, "start", "floor", 1.15),
        time(row, "scope", "floor", 1.3),
        time(row, "scope", "jdk", 1),
        time(row, "scopeOfTen", "jdk", 1),
        time(row, "start", "kotlinxDefault", 1),
        time(row, "scope", "kotlinxDefault", 1));
  }

  private static List<Goal> p8() {
    return List.of(
        memory(
            "a coroutine that awaits, above a bare parked virtual thread", "bridge", "floor", 150),
        memory("the same, above block() on a virtual thread", "bridge", "block", 0),
        memory("an await on a bare virtual thread, above block()", "bridgeOnThread", "block", 0));
  }

  private static Goal memory(String text, String ours, String peer, double limit) {
    String row = "P8SuspendedMemory.memory_";
    return new Goal(
        "P8", text, "B", limit, round -> round.bytes(row + ours) - round.bytes(row + peer));
  }

  private static List<Goal> p9() {
    String row = "P9Workflow";
    return List.of(
        time(row, "workflow", "kotlinxDefault", 1),
        time(row, "workflow", "block", 1),
        bytesRatio(row, "workflow", "kotlinxDefault", 1),
        bytesRatio(row, "workflow", "block", 1),
        time(row, "bodies", "kotlinxDefault", 1));
  }

  private static List<Goal> p10() {
    String of = "P10ContextEntries.context_bridge[entries=%s]";
    String none = of.formatted(0);
    String twenty = of.formatted(20);
    return List.of(
        new Goal(
            "P10",
            "an await, for each entry of the Context",
            "ns",
            1,
            round -> (round.time(twenty) - round.time(none)) / 20),
        new Goal(
            "P10",
            "bytes of an await, for each entry of the Context",
            "B",
            NONE,
            round -> (round.bytes(twenty) - round.bytes(none)) / 20));
  }

  private static List<Goal> p11() {
    String row = "P11RoundTrip";
    return List.of(time(row, "mono", "subscribeOn", 1.3), time(row, "mono", "kotlinxDefault", 1));
  }

  private static List<Goal> p12() {
    return Stream.of("iterate", "iterateHidden", "emit", "waiters", "children")
        .map(c ->
            new Goal(
                "P12",
                c + ": exponent of the time, from 10 000 to 1 000 000",
                "",
                1.1,
                round -> exponent(round, c, "bridge")))
        .toList();
  }

  private static List<Goal> p13() {
    return Stream.concat(nestedBodies(), nestedStreams()).toList();
  }

  private static Stream<Goal> nestedStreams() {
    return Stream.of("forEach", "emitAll")
        .flatMap(
            c -> Stream.of(time("P13Streams", c, "chain", 2), time("P13Streams", c, "kotlinx", 1)));
  }

  private static Stream<Goal> nestedBodies() {
    return Stream.concat(
        Stream.of(1, 4, 10)
            .flatMap(levels ->
                Stream.of(
                    nested(levels, "callable", 2),
                    nested(levels, "chain", 2),
                    nested(levels, "kotlinx", 0.2))),
        Stream.of("mono", "single", "mixed")
            .map(c ->
                new Goal(
                    "P13",
                    c + ": bytes of a level",
                    "B",
                    120,
                    round -> (levels(round, c, 10) - levels(round, c, 1)) / 9)));
  }

  private static double levels(Results.Round round, String what, int levels) {
    return round.bytes(NESTED.formatted(what, "bridge", levels));
  }

  private static Goal nested(int levels, String peer, double limit) {
    return new Goal(
        "P13",
        levels + " bodies in one another: time of bridge / " + peer,
        "x",
        limit,
        round ->
            round.time(NESTED.formatted("mono", "bridge", levels))
                / round.time(NESTED.formatted("mono", peer, levels)));
  }

  /** Of the growth over the last two decades, where no start-up counts any more. */
  static double exponent(Results.Round round, String what, String who) {
    String name = "P12Growth." + what + "_" + who + SIZES;
    double small = round.time(name.formatted(10_000));
    double large = round.time(name.formatted(1_000_000));
    return Math.log10(large / small) / 2;
  }

  private static Goal time(String row, String what, String peer, double limit) {
    return new Goal(
        id(row),
        what + ": time of bridge / " + peer,
        "x",
        limit,
        round -> round.time(ours(row, what)) / round.time(row + "." + what + "_" + peer));
  }

  private static Goal bytesRatio(String row, String what, String peer, double limit) {
    return new Goal(
        id(row),
        what + ": bytes of bridge / " + peer,
        "x",
        limit,
        round -> round.bytes(ours(row, what)) / round.bytes(row + "." + what + "_" + peer));
  }

  private static Goal bytes(String row, String what, double limit) {
    return new Goal(
        id(row), what + ": bytes of bridge", "B", limit, round -> round.bytes(ours(row, what)));
  }

  /** Beyond what the floor allocates for the same items: their boxes. */
  private static Goal itemBytes(String row, String what, String floor) {
    return new Goal(
        id(row),
        what + ": bytes for each item, beyond " + floor,
        "B",
        NONE_FOR_ITEM,
        round -> round.bytes(ours(row, what)) - round.bytes(row + "." + what + "_" + floor));
  }

  private static String ours(String row, String what) {
    return row + "." + what + "_bridge";
  }

  /** P4 of P4IterateFused. */
  static String id(String benchmark) {
    return benchmark.replaceFirst("^(P\\d+).*", "$1");
  }
}
