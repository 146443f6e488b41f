package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;

@DisplayName("A11 A12 hostile sources: the first legal outcome wins, the rest is Undeliverable")
@Timeout(60)
class AwaitHostileSourceTest {

  @SuppressWarnings("StaticAssignmentOfThrowable") // told apart by identity
  private static final RuntimeException LATE = new IllegalStateException("late");

  /** A breach of the protocol after one legal outcome, in place or from another thread later. */
  enum Breach {
    SECOND_ON_SUBSCRIBE {
      @Override
      void commit(Probe<String> probe) {
        Second second = new Second();
        probe.subscriber().onSubscribe(second);
        assertThat(second.cancels).isEqualTo(1);
        assertThat(second.requests).isZero();
      }
    },
    NEXT_AFTER_THE_END {
      @Override
      void commit(Probe<String> probe) {
        probe.next("late");
      }

      @Override
      List<?> discarded() {
        return List.of("late");
      }
    },
    SECOND_COMPLETE {
      @Override
      void commit(Probe<String> probe) {
        probe.complete();
      }
    },
    ERROR_AFTER_THE_END {
      @Override
      void commit(Probe<String> probe) {
        probe.fail(LATE);
      }

      @Override
      List<Throwable> reported() {
        return List.of(LATE);
      }
    };

    abstract void commit(Probe<String> probe);

    List<?> discarded() {
      return List.of();
    }

    List<Throwable> reported() {
      return List.of();
    }
  }

  static final class Second implements Subscription {
    int cancels;
    int requests;

    @Override
    public void request(long n) {
      requests++;
    }

    @Override
    public void cancel() {
      cancels++;
    }
  }

  static Stream<Arguments> kindsAndBreaches() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(Breach.values()).map(breach -> Arguments.of(kind, breach)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("kindsAndBreaches")
  @DisplayName("A11 A12 a breach after the end, in place, changes nothing")
  void breachInPlace(Kind kind, Breach breach) {
    Probe<String> probe =
        new Probe<String>()
            .onRequest(p -> {
              p.complete();
              breach.commit(p);
            });
    try (Undelivered lost = new Undelivered()) {
      assertThat(Kind.outcome(() -> kind.of(probe))).isEqualTo(kind.ofEmpty);
      assertThat(lost.values()).isEqualTo(breach.discarded());
      assertThat(lost.failures()).isEqualTo(breach.reported());
      assertThat(probe.cancels()).isZero();
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("kindsAndBreaches")
  @DisplayName("A11 A12 a breach after the await has returned changes nothing")
  void breachLater(Kind kind, Breach breach) {
    Probe<String> probe = new Probe<String>().onRequest(p -> p.complete());
    try (Undelivered lost = new Undelivered()) {
      assertThat(Kind.outcome(() -> kind.of(probe))).isEqualTo(kind.ofEmpty);
      breach.commit(probe);
      assertThat(lost.values()).isEqualTo(breach.discarded());
      assertThat(lost.failures()).isEqualTo(breach.reported());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A11 RS 2.5 a second onSubscribe while waiting is cancelled, the first goes on")
  void secondOnSubscribe(Kind kind) {
    Second second = new Second();
    Probe<String> probe = new Probe<>();
    Fork<@Nullable Object> fork = Fork.<@Nullable Object>virtual(() -> kind.of(probe));
    probe.awaitRequest().subscriber().onSubscribe(second);
    probe.next("a");
    if (!kind.cutsOff()) {
      probe.complete();
    }
    assertThat(fork.join()).isEqualTo(kind.ofOne);
    assertThat(second.cancels).isEqualTo(1);
    assertThat(second.requests).isZero();
    assertThat(probe.cancels()).isEqualTo(kind.cutsOff() ? 1 : 0);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A11 an item and the end before onSubscribe; the late subscription is cancelled")
  void signalsBeforeOnSubscribe(Kind kind) {
    Probe<String> probe =
        new Probe<String>()
            .onSubscribe(p -> {
              p.next("a").complete();
              p.subscriber().onSubscribe(p);
            });
    assertThat(kind.of(probe)).isEqualTo(kind.ofOne);
    assertThat(probe.requests()).isEmpty();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A11 an error before onSubscribe is the failure")
  void errorBeforeOnSubscribe(Kind kind) {
    Probe<String> probe = new Probe<String>().onSubscribe(p -> p.fail(LATE));
    assertThat(catchThrowable(() -> kind.of(probe))).isSameAs(LATE);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A11 A12 an error after the deciding item: reported unless it decides")
  void errorAfterItem(Kind kind) {
    Probe<String> probe = new Probe<String>().onRequest(p -> p.next("a").fail(LATE));
    try (Undelivered lost = new Undelivered()) {
      if (kind.cutsOff()) {
        assertThat(kind.of(probe)).isEqualTo("a");
        assertThat(lost.failures()).containsExactly(LATE);
      } else {
        assertThat(catchThrowable(() -> kind.of(probe))).isSameAs(LATE);
        assertThat(lost.failures()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A11 A12 more items than requested are discarded, one cancel only")
  void overEmission(Kind kind) {
    Probe<String> probe =
        new Probe<String>().onRequest(p -> p.next("a").next("b").next("c").complete());
    try (Undelivered lost = new Undelivered()) {
      assertThat(Kind.outcome(() -> kind.of(probe))).isEqualTo(kind.ofMany);
      assertThat(probe.cancels()).isEqualTo(kind.cutsOff() || kind.isOne() ? 1 : 0);
      if (kind.cutsOff()) {
        assertThat(lost.values()).containsExactly("b", "c");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"AWAIT", "SINGLE", "OPTIONAL"})
  @DisplayName("A12 nothing vanishes: the items of a too-many are discarded")
  void tooManyDiscards(Kind kind) {
    Probe<String> probe = new Probe<String>().onRequest(p -> p.next("a").next("b"));
    try (Undelivered lost = new Undelivered()) {
      assertThat(catchThrowable(() -> kind.of(probe))).isInstanceOf(IllegalArgumentException.class);
      assertThat(lost.values()).containsExactlyInAnyOrder("a", "b");
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A5 A11 subscribe throws before onSubscribe, an exception or an Error")
  void subscribeThrows(Kind kind) {
    for (Throwable failure : List.of(LATE, new AssertionError("subscribe"))) {
      Probe<String> probe =
          new Probe<String>()
              .onSubscribe(p -> {
                AwaitHostileSourceTest.<RuntimeException>sneaky(failure);
              });
      assertThat(catchThrowable(() -> kind.of(probe))).isSameAs(failure);
      probe.subscriber().onSubscribe(probe); // late
      assertThat(probe.cancels()).isEqualTo(1);
      assertThat(probe.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A5 A11 subscribe throws after onSubscribe: upstream is cancelled once")
  void subscribeThrowsLater(Kind kind) {
    for (Throwable failure : List.of(LATE, new AssertionError("subscribe"))) {
      Probe<String> probe =
          new Probe<String>()
              .onSubscribe(p -> {
                p.subscriber().onSubscribe(p);
                AwaitHostileSourceTest.<RuntimeException>sneaky(failure);
              });
      assertThat(catchThrowable(() -> kind.of(probe))).isSameAs(failure);
      assertThat(probe.cancels()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A11 A12 subscribe throws after the end: the end wins, the failure is reported")
  void subscribeThrowsAfterTheEnd(Kind kind) {
    Probe<String> probe =
        new Probe<String>()
            .onSubscribe(p -> {
              p.subscriber().onSubscribe(p);
              p.complete();
              throw LATE;
            });
    try (Undelivered lost = new Undelivered()) {
      assertThat(Kind.outcome(() -> kind.of(probe))).isEqualTo(kind.ofEmpty);
      assertThat(lost.failures()).containsExactly(LATE);
      assertThat(probe.cancels()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A5 A11 request throws: upstream is cancelled once, nothing reaches the source")
  void requestThrows(Kind kind) {
    for (Throwable failure : List.of(LATE, new AssertionError("request"))) {
      AtomicReference<@Nullable Throwable> intoSource = new AtomicReference<>();
      Probe<String> probe =
          new Probe<String>()
              .onSubscribe(p -> {
                try {
                  p.subscriber().onSubscribe(p);
                } catch (Throwable t) {
                  intoSource.set(t);
                }
              })
              .onRequest(p -> {
                AwaitHostileSourceTest.<RuntimeException>sneaky(failure);
              });
      assertThat(catchThrowable(() -> kind.of(probe))).isSameAs(failure);
      assertThat(intoSource.get()).isNull();
      assertThat(probe.cancels()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A11 RS 2.13 a null item ends the await, cancels, and is thrown into the source")
  void nullItem(Kind kind) {
    Probe<String> probe = new Probe<>();
    try (Undelivered lost = new Undelivered()) {
      Fork<@Nullable Object> fork = Fork.<@Nullable Object>virtual(() -> kind.of(probe));
      probe.awaitRequest();
      NullPointerException thrown =
          (NullPointerException) catchThrowable(() -> probe.next(Nulls.<String>smuggled()));
      assertThat(thrown).hasMessageContaining("item");
      assertThat(fork.joinFailure()).isSameAs(thrown);
      assertThat(probe.cancels()).isEqualTo(1);
      assertThat(lost.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A11 RS 2.13 a null failure ends the await and is thrown into the source")
  void nullFailure(Kind kind) {
    Probe<String> probe = new Probe<>();
    Fork<@Nullable Object> fork = Fork.<@Nullable Object>virtual(() -> kind.of(probe));
    probe.awaitRequest();
    assertThatThrownBy(() -> probe.fail(Nulls.<Throwable>smuggled()))
        .isInstanceOf(NullPointerException.class);
    assertThat(fork.joinFailure()).isInstanceOf(NullPointerException.class);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A11 RS 2.13 a null subscription ends the await and is thrown into the source")
  void nullSubscription(Kind kind) {
    AtomicReference<@Nullable Throwable> intoSource = new AtomicReference<>();
    Probe<String> probe =
        new Probe<String>()
            .onSubscribe(p ->
                intoSource.set(
                    catchThrowable(
                        () -> p.subscriber().onSubscribe(Nulls.<Subscription>smuggled()))));
    assertThat(catchThrowable(() -> kind.of(probe))).isInstanceOf(NullPointerException.class);
    assertThat(intoSource.get()).isInstanceOf(NullPointerException.class);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A11 A12 a null in place, passed on by the source, is delivered and so not reported")
  void nullInPlace(Kind kind) {
    Probe<String> probe = new Probe<String>().onRequest(p -> p.next(Nulls.<String>smuggled()));
    try (Undelivered lost = new Undelivered()) {
      assertThat(catchThrowable(() -> kind.of(probe))).isInstanceOf(NullPointerException.class);
      assertThat(probe.cancels()).isEqualTo(1);
      assertThat(lost.failures()).isEmpty();
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // erased: no cast happens
  private static <X extends Throwable> void sneaky(Throwable failure) throws X {
    throw (X) failure;
  }
}
