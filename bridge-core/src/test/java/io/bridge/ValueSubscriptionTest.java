package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/** Every arrow of the tables in docs/design/conversion.md, through Publishers.toPublisher. */
@DisplayName("B9 one value as a publisher")
@Timeout(60)
class ValueSubscriptionTest {

  /** Where a subscription is when something happens to it. */
  enum State {
    NONE,
    ASKED,
    HELD;

    void bring(SignalLog log, Hand<@Nullable String> source) {
      switch (this) {
        case NONE -> {}
        case ASKED -> log.request(1);
        case HELD -> source.resume("held");
      }
    }

    /** A source that has given its outcome is not stopped any more. */
    List<Thread> stoppedBy(Thread canceller) {
      return this == HELD ? List.of() : List.of(canceller);
    }

    List<Object> discarded() {
      return this == HELD ? List.of("held") : List.of();
    }
  }

  private final Hand<@Nullable String> source = new Hand<>();
  private final Publisher<String> publisher = Publishers.toPublisher(source);
  private final SignalLog log = new SignalLog();
  private final Undelivered lost = new Undelivered();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  private void assertNothingLost() {
    assertThat(lost.values()).isEmpty();
    assertThat(lost.failures()).isEmpty();
  }

  private void subscribed(State state) {
    publisher.subscribe(log);
    state.bring(log, source);
  }

  @Test
  @DisplayName("B9 a value after the request: at once, on the thread that brings it, then the end")
  void valueAfterRequest() {
    subscribed(State.ASKED);
    assertThat(log.signals()).isEmpty();

    Fork<String> bringer = Fork.platform(() -> source.resume("a"));
    bringer.join();

    assertThat(log.signals()).containsExactly("next a", "complete");
    assertThat(log.threads()).containsOnly(bringer.thread());
    assertThat(source.cancels).isEmpty();
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 RS 1.1 a value before the request is held, and sent on the thread that requests")
  void valueBeforeRequest() {
    subscribed(State.HELD);
    assertThat(log.signals()).isEmpty();

    Fork<SignalLog> requester = Fork.platform(() -> log.request(1));
    requester.join();

    assertThat(log.signals()).containsExactly("next held", "complete");
    assertThat(log.threads()).containsOnly(requester.thread());
    assertThat(source.cancels).isEmpty();
    assertNothingLost();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, Long.MAX_VALUE})
  @DisplayName("B9 whatever is requested and how often, there is one value and one end")
  void requestedOften(long n) {
    subscribed(State.NONE);
    log.request(n).request(n);
    source.resume("a");
    log.request(n).request(n);

    SignalLog second = new SignalLog().onNext(s -> s.request(n)).onEnd(s -> s.request(n));
    publisher.subscribe(second);
    source.resume("b");
    second.request(n).request(n);

    assertThat(log.signals()).containsExactly("next a", "complete");
    assertThat(second.signals()).containsExactly("next b", "complete");
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 a source that is complete: requested in onSubscribe, all on the calling thread")
  void completeSource() {
    Awaitable<@Nullable String> complete = suspension -> suspension.resume("a");
    Publishers.<String>toPublisher(complete).subscribe(log.onSubscribe(s -> s.request(1)));

    assertThat(log.signals()).containsExactly("next a", "complete");
    assertThat(log.threads()).containsOnly(Thread.currentThread());
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "ASKED"})
  @DisplayName("B9 RS 1.5 null is the end without an item, and waits for no request")
  void empty(State state) {
    subscribed(state);
    source.resume(null);

    assertThat(log.signals()).containsExactly("complete");
    log.request(1).cancel();
    assertThat(log.signals()).containsExactly("complete");
    assertThat(source.cancels).isEmpty();
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "ASKED"})
  @DisplayName("B9 RS 1.4 a failure is the end, the same object, and waits for no request")
  void failure(State state) {
    Exception checked = new Exception("checked");
    subscribed(state);
    source.fail(checked);

    assertThat(log.signals()).containsExactly("error");
    assertThat(log.failure()).isSameAs(checked);
    log.request(1).cancel();
    assertThat(log.signals()).containsExactly("error");
    assertThat(source.cancels).isEmpty();
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B9 A6 cancel stops the source once, on the thread that cancels; a held value: A12")
  void cancel(State state) {
    subscribed(state);

    Fork<SignalLog> canceller = Fork.platform(() -> log.cancel().cancel());
    canceller.join();

    assertThat(source.cancels).isEqualTo(state.stoppedBy(canceller.thread()));
    assertThat(lost.values()).isEqualTo(state.discarded());
    assertThat(lost.failures()).isEmpty();
    log.request(1).request(0);
    assertThat(log.signals()).isEmpty();
    assertThat(lost.values()).as("once").isEqualTo(state.discarded());
  }

  private static Stream<Arguments> badRequests() {
    return Stream.of(State.values())
        .flatMap(state -> Stream.of(0L, -1L, Long.MIN_VALUE).map(n -> Arguments.of(state, n)));
  }

  @ParameterizedTest
  @MethodSource("badRequests")
  @DisplayName("B2 RS 3.9 a request of less than one: IllegalArgumentException, the source stopped")
  void badRequest(State state, long n) {
    subscribed(state);

    Fork<SignalLog> requester = Fork.platform(() -> log.request(n));
    requester.join();

    assertThat(log.signals()).containsExactly("error");
    assertThat(log.failure())
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3.9");
    assertThat(log.threads()).containsExactly(requester.thread());
    assertThat(source.cancels).isEqualTo(state.stoppedBy(requester.thread()));
    assertThat(lost.values()).isEqualTo(state.discarded());
    log.request(1).request(n);
    assertThat(log.signals()).containsExactly("error");
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"ASKED", "HELD"})
  @DisplayName("B2 RS 3.9 request(0) inside onNext: the failure follows, in place of onComplete")
  void badRequestInOnNext(State state) {
    log.onNext(s -> s.request(0));
    subscribed(state);
    if (state == State.HELD) {
      log.request(1);
    } else {
      source.resume("held");
    }

    assertThat(log.signals()).containsExactly("next held", "error");
    assertThat(log.failure()).isExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(source.cancels).isEmpty();
    assertNothingLost();
  }

  @Test
  @DisplayName("B2 RS 3.9 3.12 request(0) and then cancel inside onNext: no signal any more")
  void badRequestAndCancelInOnNext() {
    log.onNext(s -> {
      s.request(0);
      s.cancel();
    });
    subscribed(State.ASKED);
    source.resume("a");

    assertThat(log.signals()).containsExactly("next a");
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11 RS 3.16 an onError that throws out of a bad request: reported, not thrown")
  void throwingErrorOfBadRequest(State state) {
    IllegalStateException failure = new IllegalStateException("of the subscriber");
    log.onEnd(s -> throwing(failure));
    subscribed(state);

    assertThat(catchThrowable(() -> log.request(0))).isNull();
    assertThat(log.signals()).containsExactly("error");
    assertThat(lost.failures()).containsExactly(failure);
    assertThat(lost.values()).isEqualTo(state.discarded());
  }

  @Test
  @DisplayName("B2 RS 3.6 3.9 a request of less than one after the end, or a cancel, does nothing")
  void badRequestAfterTheEnd() {
    subscribed(State.ASKED);
    source.resume("a");
    log.request(0);
    assertThat(log.signals()).containsExactly("next a", "complete");

    SignalLog cancelled = new SignalLog();
    publisher.subscribe(cancelled);
    cancelled.cancel().request(-1);
    assertThat(cancelled.signals()).isEmpty();
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 A3 cancelled inside onSubscribe: the source is not subscribed to")
  void cancelInOnSubscribe() {
    publisher.subscribe(log.onSubscribe(s -> s.cancel()));
    publisher.subscribe(
        new SignalLog()
            .onSubscribe(s -> {
              s.request(1);
              s.cancel();
            }));

    assertThat(source.subscribers).isEmpty();
    assertThat(log.signals()).isEmpty();
    assertNothingLost();
  }

  @Test
  @DisplayName("B2 RS 3.9 request(0) inside onSubscribe: the failure, and no subscription")
  void badRequestInOnSubscribe() {
    publisher.subscribe(log.onSubscribe(s -> s.request(0)));

    assertThat(log.signals()).containsExactly("error");
    assertThat(log.failure()).isExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(source.subscribers).isEmpty();
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 RS 2.13 an onSubscribe that throws: the source is not subscribed to")
  void throwingOnSubscribe() {
    IllegalStateException failure = new IllegalStateException("onSubscribe");
    assertThatThrownBy(() -> publisher.subscribe(log.onSubscribe(s -> throwing(failure))))
        .isSameAs(failure);
    assertThat(source.subscribers).isEmpty();
    assertThat(log.signals()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"ASKED", "HELD"})
  @DisplayName("B9 RS 3.12 cancelled inside onNext: no onComplete, nothing to stop or to discard")
  void cancelInOnNext(State state) {
    log.onNext(s -> s.cancel());
    subscribed(state);
    if (state == State.HELD) {
      log.request(1);
    } else {
      source.resume("a");
    }

    assertThat(log.signals()).containsExactly(state == State.HELD ? "next held" : "next a");
    assertThat(source.cancels).isEmpty();
    assertNothingLost();
  }

  /** A signal that throws, and who sends it. */
  enum Throwing {
    NEXT_OF_THE_SOURCE(State.ASKED, "next a") {
      @Override
      void happen(SignalLog log, Hand<@Nullable String> source) {
        source.resume("a");
      }
    },
    NEXT_OF_REQUEST(State.HELD, "next held") {
      @Override
      void happen(SignalLog log, Hand<@Nullable String> source) {
        log.request(1);
      }
    },
    COMPLETE_OF_THE_SOURCE(State.ASKED, "next a", "complete") {
      @Override
      void happen(SignalLog log, Hand<@Nullable String> source) {
        source.resume("a");
      }
    },
    COMPLETE_OF_REQUEST(State.HELD, "next held", "complete") {
      @Override
      void happen(SignalLog log, Hand<@Nullable String> source) {
        log.request(1);
      }
    },
    COMPLETE_OF_EMPTY(State.NONE, "complete") {
      @Override
      void happen(SignalLog log, Hand<@Nullable String> source) {
        source.resume(null);
      }
    },
    ERROR_OF_THE_SOURCE(State.NONE, "error") {
      @Override
      void happen(SignalLog log, Hand<@Nullable String> source) {
        source.fail(new IllegalArgumentException("of the source"));
      }
    };

    private final State before;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> signals;

    Throwing(State before, String... signals) {
      this.before = before;
      this.signals = List.of(signals);
    }

    abstract void happen(SignalLog log, Hand<@Nullable String> source);

    boolean inOnNext() {
      return signals.size() == 1 && before != State.NONE;
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11 RS 2.13 a signal that throws: to Undeliverable, not into source or request")
  void throwingSignal(Throwing signal) {
    IllegalStateException failure = new IllegalStateException("of the subscriber");
    if (signal.inOnNext()) {
      log.onNext(s -> throwing(failure));
    } else {
      log.onEnd(s -> throwing(failure));
    }
    subscribed(signal.before);

    signal.happen(log, source);

    assertThat(log.signals()).as("it counts as cancelled").isEqualTo(signal.signals);
    assertThat(lost.failures()).containsExactly(failure);
    assertThat(lost.values()).isEmpty();
    log.request(1).cancel();
    assertThat(log.signals()).isEqualTo(signal.signals);
    assertThat(source.cancels).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "A11 RS 1.7 a StackOverflowError of the subscriber's own is no signal that it missed")
  void throwingSignal_ownStack(Throwing signal) {
    StackOverflowError failure = new StackOverflowError("of the subscriber");
    if (signal.inOnNext()) {
      log.onNext(s -> throwing(failure));
    } else {
      log.onEnd(s -> throwing(failure));
    }
    subscribed(signal.before);

    signal.happen(log, source);
    log.request(1).request(-1);

    assertThat(log.signals()).as("it counts as cancelled").isEqualTo(signal.signals);
    assertThat(lost.failures()).containsExactly(failure);
  }

  private static void throwing(Error failure) {
    throw failure;
  }

  private static void throwing(RuntimeException failure) {
    throw failure;
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "ASKED"})
  @DisplayName("A12 what comes after the cancel: value discarded, failure reported, echo silent")
  void outcomeAfterCancel(State state) {
    IllegalStateException failure = new IllegalStateException("late");
    subscribed(state);
    log.cancel();
    source.resume("late");
    assertThat(lost.values()).containsExactly("late");
    assertThat(lost.failures()).isEmpty();
    source.resume(null);
    source.fail(new CancellationException("the echo"));
    assertThat(lost.values()).containsExactly("late");
    assertThat(lost.failures()).isEmpty();
    source.fail(failure);
    assertThat(lost.failures()).containsExactly(failure);
    assertThat(log.signals()).isEmpty();
    assertThat(source.cancels).hasSize(1);
  }

  @Test
  @DisplayName("A12 a source that answers the cancel with its value: discarded, once")
  void valueInsideCancel() {
    Awaitable<@Nullable String> answering =
        suspension -> suspension.onCancel(() -> suspension.resume("answer"));
    Publishers.<String>toPublisher(answering).subscribe(log);
    log.request(1).cancel();
    assertThat(lost.values()).containsExactly("answer");
    assertThat(log.signals()).isEmpty();

    SignalLog second = new SignalLog();
    Publishers.<String>toPublisher(answering).subscribe(second);
    second.request(0);
    assertThat(lost.values()).containsExactly("answer", "answer");
    assertThat(second.signals()).containsExactly("error");
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A11 A12 the first outcome wins, also one that is held; the second is given up")
  void secondOutcome() {
    IllegalStateException failure = new IllegalStateException("second");
    CancellationException foreign = new CancellationException("not ours");
    subscribed(State.HELD);
    source.resume("second");
    source.fail(failure);
    source.fail(foreign);
    assertThat(log.signals()).isEmpty();
    log.request(1);
    source.resume("third");

    assertThat(log.signals()).containsExactly("next held", "complete");
    assertThat(lost.values()).containsExactly("second", "third");
    assertThat(lost.failures()).containsExactly(failure, foreign);

    SignalLog failed = new SignalLog();
    publisher.subscribe(failed);
    source.fail(failure);
    source.resume("fourth");
    assertThat(failed.signals()).containsExactly("error");
    assertThat(lost.values()).containsExactly("second", "third", "fourth");
    assertThat(source.cancels).isEmpty();
  }

  @Test
  @DisplayName("A5 A16 a source that throws from subscribe: its failure, and what it began stopped")
  void throwingSource() {
    Exception checked = new Exception("subscribe");
    AtomicInteger stopped = new AtomicInteger();
    Awaitable<@Nullable String> throwing =
        suspension -> {
          suspension.onCancel(stopped::incrementAndGet);
          throw checked;
        };
    Publishers.<String>toPublisher(throwing).subscribe(log);

    assertThat(log.signals()).containsExactly("error");
    assertThat(log.failure()).isSameAs(checked);
    assertThat(stopped).hasValue(1);
    assertNothingLost();
  }

  @Test
  @DisplayName("A12 a source that throws after its outcome, or its cancel: reported, the echo not")
  void throwingAfterTheEnd() {
    IllegalStateException failure = new IllegalStateException("subscribe");
    Awaitable<@Nullable String> afterValue =
        suspension -> {
          suspension.resume("a");
          throw failure;
        };
    Publishers.<String>toPublisher(afterValue).subscribe(log.onSubscribe(s -> s.request(1)));
    assertThat(log.signals()).containsExactly("next a", "complete");
    assertThat(lost.failures()).containsExactly(failure);

    throwingAfterCancel(failure);
    assertThat(lost.failures()).containsExactly(failure, failure);
    throwingAfterCancel(new CancellationException("the echo"));
    assertThat(lost.failures()).containsExactly(failure, failure);
    assertThat(lost.values()).isEmpty();
  }

  private static void throwingAfterCancel(RuntimeException failure) {
    SignalLog cancelled = new SignalLog();
    Awaitable<@Nullable String> afterCancel =
        suspension -> {
          cancelled.cancel();
          throw failure;
        };
    Publishers.<String>toPublisher(afterCancel).subscribe(cancelled);
    assertThat(cancelled.signals()).isEmpty();
  }

  @Test
  @DisplayName(
      "A16 onCancel actions: in order, one that throws is reported, a late one runs at once")
  void cancelActions() {
    IllegalStateException failure = new IllegalStateException("of an action");
    List<String> ran = new ArrayList<>();
    subscribed(State.NONE);
    Suspension<? super String> suspension = source.get();
    suspension.onCancel(() -> ran.add("first"));
    suspension.onCancel(() -> throwing(failure));
    suspension.onCancel(() -> ran.add("second"));
    log.cancel();
    suspension.onCancel(() -> ran.add("late"));

    assertThat(ran).containsExactly("first", "second", "late");
    assertThat(source.cancels).hasSize(1);
    assertThat(lost.failures()).containsExactly(failure);

    SignalLog ended = new SignalLog();
    publisher.subscribe(ended);
    source.resume(null);
    source.get().onCancel(() -> ran.add("after an outcome"));
    assertThat(ran).hasSize(3);
  }

  @Test
  @DisplayName("RS 1.9 a null subscriber is refused, and nothing is subscribed to")
  void nullSubscriber() {
    Subscriber<String> none = Nulls.smuggled();
    assertThatThrownBy(() -> publisher.subscribe(none))
        .isExactlyInstanceOf(NullPointerException.class)
        .hasMessage("subscriber");
    assertThat(source.subscribers).isEmpty();
  }

  @Test
  @DisplayName("B12 each subscriber subscribes once, on its own thread, and ends for itself")
  void eachSubscriberOnce() {
    assertThat(source.subscribers).isEmpty();
    subscribed(State.ASKED);
    Suspension<? super String> first = source.get();
    SignalLog second = new SignalLog();
    Fork<String> fork = Fork.platform(() -> publisher.subscribe(second));
    fork.join();
    assertThat(source.subscribers).containsExactly(Thread.currentThread(), fork.thread());

    log.cancel();
    source.resume("b");
    second.request(1);
    assertThat(second.signals()).containsExactly("next b", "complete");
    assertThat(log.signals()).isEmpty();
    first.resume("late");
    assertThat(lost.values()).containsExactly("late");
    assertThat(source.cancels).hasSize(1);
  }

  /** Every thread takes a number, a virtual one too. */
  private static long nextThreadId() {
    return Thread.ofVirtual().unstarted(() -> {}).threadId();
  }

  private void run(State state, boolean cancelled) {
    SignalLog each = new SignalLog();
    publisher.subscribe(each);
    state.bring(each, source);
    if (cancelled) {
      each.cancel();
    }
    source.resume("late");
    each.request(1);
  }

  @Test
  @DisplayName("B9 no thread is started, neither for a held value nor for a cancel")
  void noThread() {
    Eventually.until( // the JVM's own threads take numbers, too
        "a round without a new thread",
        () -> {
          long before = nextThreadId();
          for (State state : State.values()) {
            run(state, false);
            run(state, true);
          }
          return nextThreadId() == before + 1;
        });
  }

  private WeakReference<SignalLog> endedSubscriber(State state, boolean rejected) {
    SignalLog forgotten = new SignalLog();
    publisher.subscribe(forgotten);
    state.bring(forgotten, source);
    if (rejected) {
      forgotten.request(0);
    } else {
      forgotten.cancel();
    }
    return new WeakReference<>(forgotten);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A13 RS 3.13 after a cancel the source, which keeps its side, keeps no subscriber")
  void subscriberIsFree(State state) {
    List<WeakReference<SignalLog>> free =
        List.of(endedSubscriber(state, false), endedSubscriber(state, true));
    Eventually.until(
        "collected",
        () -> {
          System.gc();
          return free.stream().allMatch(reference -> reference.get() == null);
        });
    assertThat(catchThrowable(() -> source.resume("late"))).as("it is kept").isNull();
  }
}
