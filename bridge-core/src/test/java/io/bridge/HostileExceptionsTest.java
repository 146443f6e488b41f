package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.HostileFailure;
import io.bridge.fixtures.HostileFailure.Kin;
import io.bridge.fixtures.HostileFailure.Maker;
import io.bridge.fixtures.RecordedLog;
import io.bridge.internal.failure.ForeignLook;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every member of a family of hostile failures goes every way that a failure can go. It costs its
 * own await at most its frame; afterwards all else goes on.
 */
@DisplayName("A6 A8 A11 hostile failures, through every await, builder, scope and conversion")
@Timeout(120)
@SuppressWarnings("NullAway.Init") // before the tests
class HostileExceptionsTest {

  /** Makes code of bridge meet the failure. */
  private interface Meeting {
    /** Throws the failure as that code does. */
    void with(Exception failure) throws Exception;
  }

  /** A way that a failure goes. */
  private record Way(String name, Meeting meeting) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Maker> FAMILY =
      HostileFailure.family(Kin.UNCHECKED, Kin.CHECKED, Kin.INTERRUPTION);

  /** Where a failing handler of failures ends up. */
  private static RecordedLog log;

  private static Undelivered lost;

  @BeforeAll
  static void begin() {
    lost = new Undelivered();
    log = RecordedLog.of("io.bridge");
  }

  @AfterAll
  static void end() {
    lost.close();
    log.close();
  }

  private static void assertAllGoesOn() throws Exception {
    assertThat(Coroutine.start(() -> "coroutine").await()).isEqualTo("coroutine");
    IllegalStateException failure = new IllegalStateException("one");
    IllegalStateException other = new IllegalStateException("other");
    Awaitable<String> a = s -> s.fail(other);
    Awaitable<String> b = s -> s.fail(failure);
    try {
      Await.<String>awaitAny(a, b);
    } catch (IllegalStateException e) {
      assertThat(e).isSameAs(failure);
      assertThat(e.getSuppressed()).hasSize(2).startsWith(other);
    }
  }

  private static void meet(Way way, Maker maker) throws Exception {
    try (HostileFailure hostile = maker.make()) {
      Throwable thrown = Fork.virtual(() -> way.meeting.with(hostile.exception())).joinFailure();
      if (!hostile.isIn(thrown)) {
        throw new AssertionError(maker + " became " + thrown.getClass());
      }
      if (!hostile.askers().stream().allMatch("bridge-look"::equals)) {
        throw new AssertionError(maker + " was asked by " + hostile.askers());
      }
      assertAllGoesOn();
    }
  }

  @ParameterizedTest
  @MethodSource({"awaits", "publishers", "bodies"})
  @DisplayName("A6 (2), A8 (2): the await gets the failure, no thread of others asks its getters")
  void meets(Way way) throws Exception {
    for (Maker maker : FAMILY) {
      meet(way, maker);
    }
  }

  /** They are one mechanism, so that the unchecked ones are enough. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A6 (2), A8 (2): of every cardinality")
  void meetsKind(Kind kind) throws Exception {
    for (Maker maker : HostileFailure.family(Kin.UNCHECKED)) {
      meet(new Way(kind.name(), f -> kind.of(Items.failing(f))), maker);
    }
  }

  private static Awaitable<String> failing(Throwable failure) {
    return suspension -> suspension.fail(failure);
  }

  private static Awaitable<String> failingElsewhere(Throwable failure) {
    return suspension -> Fork.virtual(() -> suspension.fail(failure));
  }

  private static Awaitable<String> throwing(Exception failure) {
    return suspension -> HostileExceptionsTest.<RuntimeException>sneak(failure);
  }

  @SuppressWarnings("unchecked") // erased: only the compiler believes that it is an X
  private static <X extends Throwable> void sneak(Throwable failure) throws X {
    throw (X) failure;
  }

  static Stream<Way> awaits() {
    Awaitable<String> other = failing(new IllegalStateException("other"));
    return Stream.of(
        new Way("await in place", f -> Await.<String>await(failing(f))),
        new Way("await elsewhere", f -> Await.<String>await(failingElsewhere(f))),
        new Way("await of what throws", f -> Await.<String>await(throwing(f))),
        new Way("awaitOrThrow", f -> Await.awaitOrThrow(failing(f), IOException.class)),
        new Way("awaitAll", f -> Await.<String>awaitAll(new Hand<String>(), failing(f))),
        new Way("awaitAll elsewhere", f -> Await.<String>awaitAll(failingElsewhere(f))),
        new Way("awaitAny, the last", f -> Await.<String>awaitAny(other, failing(f))),
        new Way("awaitAny elsewhere", f -> Await.<String>awaitAny(other, failingElsewhere(f))),
        new Way("awaitAny, the first", HostileExceptionsTest::firstOfAny),
        new Way("shield", f -> Coroutine.shield(() -> Await.<String>await(failing(f)))),
        new Way("withTimeout", f -> withTimeout(() -> Await.<String>await(failingElsewhere(f)))),
        new Way("withTimeout of a body", f -> withTimeout(() -> sneaking(f))),
        new Way("toPublisher", f -> Await.await(Publishers.toPublisher(failing(f)))),
        new Way("coroutine", f -> Coroutine.start(() -> sneaking(f)).await()),
        new Way("cancelled coroutine", HostileExceptionsTest::inCancelled));
  }

  private static String sneaking(Exception failure) throws Exception {
    throw failure;
  }

  private static String withTimeout(Body<String, Exception> body) throws Exception {
    return Coroutine.withTimeout(Duration.ofSeconds(60), body);
  }

  private static void firstOfAny(Exception failure) throws Exception {
    IllegalStateException last = new IllegalStateException("last");
    try {
      Await.<String>awaitAny(failing(failure), failing(last));
    } catch (IllegalStateException e) {
      assertThat(e).isSameAs(last);
      throw failure; // as the others end
    }
  }

  /** Whether it ends as cancelled or as failed depends on what the getters say. */
  private static void inCancelled(Exception failure) throws Exception {
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          Coroutine<?> self = Coroutine.current();
          if (self != null) {
            self.cancel();
          }
          return sneaking(failure);
        });
    try {
      coroutine.await();
    } catch (Exception e) {
      Throwable of = coroutine.failure();
      assertThat(of == failure || of instanceof CancellationException).isTrue();
      throw failure;
    }
  }

  static Stream<Way> publishers() {
    List<Way> ways = new ArrayList<>();
    ways.add(new Way("publisher in place", f -> Await.await(Items.failing(f, "a"))));
    ways.add(new Way("publisher elsewhere", f -> Await.await(Items.failing(f).async())));
    ways.add(
        new Way(
            "conversion",
            f -> Await.<@Nullable String>awaitAll(Await.awaitable(Items.failing(f)))));
    ways.add(new Way("cursor", f -> exhaust(Publishers.iterate(Items.failing(f, "a")))));
    ways.add(
        new Way("cursor elsewhere", f -> exhaust(Publishers.iterate(Items.failing(f).async()))));
    ways.add(new Way("forEach", f -> Publishers.forEach(Items.failing(f, "a"), item -> {})));
    ways.add(
        new Way("publisher of a body", f -> Await.await(Publishers.publisher(e -> sneaking(f)))));
    ways.add(new Way("flow", f -> Await.await(Publishers.flowPublisher(e -> sneaking(f)))));
    ways.add(
        new Way(
            "fromIterable",
            f -> Await.awaitList(Publishers.fromIterable(() -> throwingIterator(f)))));
    return ways.stream();
  }

  private static void exhaust(Cursor<String> cursor) {
    try (cursor) {
      while (cursor.hasNext()) {
        cursor.next();
      }
    }
  }

  private static java.util.Iterator<String> throwingIterator(Exception failure) {
    return Stream.<String>generate(
            () -> {
              HostileExceptionsTest.<RuntimeException>sneak(failure);
              return "never";
            })
        .iterator();
  }

  static Stream<Way> bodies() {
    return Stream.of(
        new Way("runOn", HostileExceptionsTest::onExecutor),
        new Way("scope", f -> inScope(f, new IllegalStateException("other"))),
        new Way("scope, the second", f -> inScope(new IllegalStateException("other"), f)),
        new Way("mapConcurrent", HostileExceptionsTest::mapped),
        new Way("mapConcurrent of a publisher", HostileExceptionsTest::mappedItems),
        new Way("lost", HostileExceptionsTest::lost));
  }

  private static void onExecutor(Exception failure) throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Coroutine.<String, Exception>runOn(executor, () -> sneaking(failure));
    }
  }

  private static void inScope(Exception first, Exception second) throws Exception {
    Exception hostile = first instanceof IllegalStateException ? second : first;
    try (var scope = CoroutineScope.open(CoroutineScope.Joiner.<String>allSuccessfulOrThrow())) {
      Coroutine<String> one = scope.fork(() -> sneaking(first));
      scope.fork(() -> {
        Coroutine.shield(() -> one.onCompletion(ended -> {}));
        return sneaking(second);
      });
      scope.join();
    } catch (Exception e) { // whichever came first
      assertThat(e == first || e == second || e.getCause() == first || e.getCause() == second)
          .isTrue();
      throw hostile;
    }
  }

  private static void mapped(Exception failure) {
    Await.mapConcurrent(List.of("a"), 1, item -> sneaking(failure));
  }

  private static void mappedItems(Exception failure) {
    exhaust(Await.mapConcurrent(Items.of("a"), 1, item -> sneaking(failure)));
  }

  /** An end that comes second, reported to a handler that throws it. */
  private static void lost(Exception failure) throws Exception {
    AtomicReference<@Nullable Throwable> reported = new AtomicReference<>();
    Registration handler =
        Undeliverable.onFailure(f -> {
          reported.set(f);
          HostileExceptionsTest.<RuntimeException>sneak(f);
        });
    try {
      Awaitable<String> twice =
          s -> {
            s.resume("first");
            s.fail(failure);
          };
      Await.<String>await(twice);
    } finally {
      handler.close();
    }
    assertThat(reported.get() == failure).isTrue();
    throw failure;
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A6 (2), A8 (2): the source returns at once, the await is settled before a look")
  void settledFirst(Where where) {
    for (Maker maker : HostileFailure.family(Kin.UNCHECKED)) {
      try (HostileFailure hostile = maker.make()) {
        Hand<String> hand = new Hand<>();
        Awaitable<String> first = failing(new IllegalStateException("first"));
        Fork<String> await = where.<String>fork(() -> Await.<String>awaitAny(first, hand));
        Suspension<? super String> suspension = hand.get();
        await.awaitParked();
        Throwable failure = hostile.failure();
        synchronized (hand) { // of no meaning but to the reader: a source under its lock
          suspension.fail(failure);
        }
        boolean own = hostile.askers().contains(Thread.currentThread().getName());
        assertThat(own).as("%s asked by its source", maker).isFalse();
        assertThat(await.joinFailure() == failure).isTrue();
      }
    }
  }

  /** Its getter sees whether the thread that made it, which is its source, waits for a look. */
  private static final class Watching extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Thread source = Thread.currentThread();
    private final transient List<Boolean> sourceWaits = new CopyOnWriteArrayList<>();

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // a lock would be the source's
    public @Nullable Throwable getCause() {
      sourceWaits.add(
          Stream.of(source.getStackTrace())
              .anyMatch(frame -> frame.getClassName().equals(ForeignLook.class.getName())));
      return null;
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName(
      "A6 (2), A8 (2): it is the thread that awaits, not the source, that waits for a look")
  void sourceWaitsForNoLook(Where where) {
    Hand<String> hand = new Hand<>();
    Awaitable<String> first = failing(new IllegalStateException("first"));
    Fork<String> await = where.<String>fork(() -> Await.<String>awaitAny(first, hand));
    Suspension<? super String> suspension = hand.get();
    await.awaitParked();
    Watching failure = new Watching();
    suspension.fail(failure);
    assertThat(await.joinFailure()).isSameAs(failure);
    assertThat(failure.sourceWaits).isNotEmpty().doesNotContain(true);
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A8 (2): a source that holds the monitor of its failure until the await has ended")
  void monitorOfSource(Where where) {
    IllegalStateException failure = new IllegalStateException("held");
    Hand<String> hand = new Hand<>();
    Fork<String> await = where.<String>fork(() -> Await.<String>await(hand));
    synchronized (failure) {
      hand.fail(failure);
      assertThat(await.joinFailure()).isSameAs(failure);
    }
  }
}
