package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitCollect;
import static io.bridge.reactor.ReactorBridge.awaitCompletion;
import static io.bridge.reactor.ReactorBridge.awaitFirst;
import static io.bridge.reactor.ReactorBridge.awaitFirstOrElse;
import static io.bridge.reactor.ReactorBridge.awaitFirstOrNull;
import static io.bridge.reactor.ReactorBridge.awaitLast;
import static io.bridge.reactor.ReactorBridge.awaitLastOrNull;
import static io.bridge.reactor.ReactorBridge.awaitList;
import static io.bridge.reactor.ReactorBridge.awaitOptional;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

@Timeout(60)
class FluxAwaitTest {

  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  private static Stream<Named<Function<Flux<Integer>, Flux<Integer>>>> shapes() {
    return Stream.of(
        Named.of("as it is", flux -> flux),
        Named.of("hidden", Flux::hide),
        Named.of("delayed", flux -> flux.delaySubscription(Duration.ofMillis(1))));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisplayName("section 2: each cardinality of a Flux of three")
  void await_three_eachCardinality(Function<Flux<Integer>, Flux<Integer>> shape) {
    Flux<Integer> three = shape.apply(Flux.range(1, 3));

    assertThat(awaitFirst(three)).isEqualTo(1);
    assertThat(awaitFirstOrNull(three)).isEqualTo(1);
    assertThat(awaitFirstOrElse(three, () -> 7)).isEqualTo(1);
    assertThat(awaitLast(three)).isEqualTo(3);
    assertThat(awaitLastOrNull(three)).isEqualTo(3);
    assertThat(awaitList(three)).containsExactly(1, 2, 3);
    assertThat(awaitCollect(three, Collectors.summingInt(i -> i))).isEqualTo(6);
    awaitCompletion(three);
    for (ThrowingCallable tooMany :
        List.<ThrowingCallable>of(
            () -> await(three), () -> awaitSingle(three), () -> awaitOptional(three))) {
      assertThat(catchThrowable(tooMany)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisplayName("section 2: each cardinality of a Flux of one")
  void await_one_eachCardinality(Function<Flux<Integer>, Flux<Integer>> shape) {
    Flux<Integer> one = shape.apply(Flux.just(1));

    assertThat(await(one)).isEqualTo(1);
    assertThat(awaitSingle(one)).isEqualTo(1);
    assertThat(awaitOptional(one)).contains(1);
    assertThat(awaitFirst(one)).isEqualTo(1);
    assertThat(awaitLast(one)).isEqualTo(1);
    assertThat(awaitList(one)).containsExactly(1);
    assertThat(awaitCollect(one, Collectors.counting())).isEqualTo(1);
    awaitCompletion(one);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisplayName("section 2, A18: each cardinality of an empty Flux")
  void await_empty_eachCardinality(Function<Flux<Integer>, Flux<Integer>> shape) {
    Flux<Integer> empty = shape.apply(Flux.empty());

    assertThat(await(empty)).isNull();
    assertThat(awaitOptional(empty)).isEmpty();
    assertThat(awaitFirstOrNull(empty)).isNull();
    assertThat(awaitFirstOrElse(empty, () -> 7)).isEqualTo(7);
    assertThat(awaitLastOrNull(empty)).isNull();
    assertThat(awaitList(empty)).isEmpty();
    assertThat(awaitCollect(empty, Collectors.counting())).isZero();
    awaitCompletion(empty);
    for (ThrowingCallable required :
        List.<ThrowingCallable>of(
            () -> awaitSingle(empty), () -> awaitFirst(empty), () -> awaitLast(empty))) {
      assertThat(catchThrowable(required)).isInstanceOf(NoSuchElementException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  @DisplayName("A7 a failing Flux: unchecked and Errors as they are, checked as the cause")
  void await_failing_identity(Function<Flux<Integer>, Flux<Integer>> shape) {
    IllegalStateException unchecked = new IllegalStateException("mine");
    AssertionError error = new AssertionError("mine");
    IOException io = new IOException("disk");

    assertThat(catchThrowable(() -> awaitList(shape.apply(Flux.error(unchecked)))))
        .isSameAs(unchecked);
    assertThat(catchThrowable(() -> awaitFirst(shape.apply(Flux.error(error))))).isSameAs(error);
    assertThat(catchThrowable(() -> awaitLast(shape.apply(Flux.error(io)))))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(io);
  }

  @Test
  @DisplayName("section 2, A5: awaitFirst asks an endless Flux for one and cancels it once")
  void awaitFirst_endless_cancelsAfterOne() {
    List<Long> requests = new CopyOnWriteArrayList<>();
    AtomicInteger cancels = new AtomicInteger();
    Flux<Integer> endless =
        Flux.<Integer>generate(sink -> sink.next(1))
            .doOnRequest(requests::add)
            .doOnCancel(cancels::incrementAndGet);

    assertThat(awaitFirst(endless)).isEqualTo(1);

    assertThat(requests).containsExactly(1L);
    assertThat(cancels).hasValue(1);
  }

  @Test
  @DisplayName("section 2, A5: a second item cancels the Flux once")
  void await_twoItems_cancelsOnce() {
    AtomicInteger cancels = new AtomicInteger();
    Flux<Integer> endless =
        Flux.<Integer>generate(sink -> sink.next(1)).doOnCancel(cancels::incrementAndGet);

    assertThatThrownBy(() -> awaitSingle(endless)).isInstanceOf(IllegalArgumentException.class);

    assertThat(cancels).hasValue(1);
    assertThat(lost.droppedErrors).isEmpty();
  }

  @Test
  @DisplayName("section 2, A12: items that an await does not return are discarded")
  void awaitLast_andCompletion_discardTheOthers() {
    assertThat(awaitLast(Flux.range(1, 3))).isEqualTo(3);
    assertThat(lost.values).containsExactly(1, 2);

    awaitCompletion(Flux.range(4, 2));
    assertThat(lost.values).containsExactly(1, 2, 4, 5);
  }

  @Test
  @DisplayName("section 1: a Flux as a JDK publisher")
  void await_jdkFlow_asWell() {
    assertThat(awaitList(JdkFlowAdapter.publisherToFlowPublisher(Flux.range(1, 3))))
        .containsExactly(1, 2, 3);
    assertThat(await(JdkFlowAdapter.publisherToFlowPublisher(Flux.just(1)))).isEqualTo(1);
  }
}
