package io.bridge.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * The rows of peers.md, section Iterate, that name Reactor: what the peer does today, so that a
 * fixed peer is noticed, and ours beside it. Row, promise and tests:
 *
 * <ul>
 *   <li>an error is thrown before the items already buffered (I2): {@link
 *       #peer_toIterable_errorBeforeItems}
 *   <li>{@code break} leaks the subscription (I1): {@link #peer_toIterable_breakLeaks}, {@link
 *       #peer_toStream_interruptIsNoCancellation}
 *   <li>a lock and {@code signalAll} for each element (I5): {@link #peer_toIterable_lock}, {@link
 *       CursorFusionTest#pulled}, {@link CursorFusionTest#shared}
 *   <li>kotlinx {@code collect}, {@code publish}, {@code asPublisher} lose the Context (C2): {@link
 *       #context}
 * </ul>
 *
 * <p>The other rows are listed in {@code io.bridge.IteratePeersTest} of bridge-core.
 */
@DisplayName("Reactor's blocking iterables, and a cursor beside them")
@Timeout(60)
class IteratePeersTest {

  private final Probe<String> peers = new Probe<>();
  private final Probe<String> ours = new Probe<>();

  @Test
  @DisplayName("I2 Reactor toIterable throws before the items it holds: ours delivers them first")
  void peer_toIterable_errorBeforeItems() {
    IllegalStateException failure = new IllegalStateException("behind three items");
    Flux<Integer> source = Flux.just(1, 2, 3).concatWith(Flux.error(failure));
    Iterator<Integer> blocking = source.toIterable().iterator();
    assertThatThrownBy(blocking::hasNext).as("a fixed peer would have items").isSameAs(failure);

    try (Cursor<Integer> items = Publishers.iterate(source)) {
      assertThat(List.of(items.next(), items.next(), items.next())).containsExactly(1, 2, 3);
      assertThatThrownBy(items::hasNext).isSameAs(failure);
    }
  }

  @Test
  @DisplayName(
      "I1 Reactor toIterable: break leaks the subscription (#2972); ours is cancelled once")
  void peer_toIterable_breakLeaks() {
    peers.onRequest(p -> p.next("a").next("b"));
    for (String item : Flux.from(peers).toIterable()) {
      assertThat(item).isEqualTo("a");
      break;
    }
    assertThat(peers.cancels()).as("a fixed peer would cancel").isZero();

    ours.onRequest(p -> p.next("a").next("b"));
    try (Cursor<String> items = Publishers.iterate(Flux.from(ours))) {
      for (String item : items) {
        assertThat(item).isEqualTo("a");
        break;
      }
    }
    assertThat(ours.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "A9 Reactor toIterable: an interrupt is a bare RuntimeException; ours a cancellation")
  void peer_toStream_interruptIsNoCancellation() {
    Fork<Boolean> blocked = Fork.platform(() -> Flux.from(peers).toIterable().iterator().hasNext());
    peers.awaitRequest();
    assertThat(blocked.awaitParked().interrupt().joinFailure())
        .as("a fixed peer would say that it was cancelled")
        .isNotInstanceOf(CancellationException.class);

    Fork<Boolean> looping =
        Fork.platform(() -> {
          try (Cursor<String> items = Publishers.iterate(Flux.from(ours))) {
            return items.hasNext();
          }
        });
    ours.awaitRequest();
    assertThat(looping.awaitParked().interrupt().joinFailure())
        .isInstanceOf(CancellationException.class);
    assertThat(ours.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I5 Reactor toIterable waits at the condition of a lock; ours has no lock")
  void peer_toIterable_lock() {
    Fork<Boolean> blocked = Fork.platform(() -> Flux.from(peers).toIterable().iterator().hasNext());
    peers.awaitRequest();
    assertThat(LockSupport.getBlocker(blocked.awaitParked().thread()))
        .as("a fixed peer would have no lock")
        .isInstanceOf(Condition.class);
    peers.complete();
    assertThat(blocked.join()).isFalse();

    Cursor<String> items = Publishers.iterate(Flux.from(ours));
    Fork<Boolean> looping = Fork.platform(() -> items.hasNext());
    assertThat(LockSupport.getBlocker(looping.awaitParked().thread()))
        .isNotNull()
        .isNotInstanceOfAny(Condition.class, AbstractOwnableSynchronizer.class);
    ours.complete();
    assertThat(looping.join()).isFalse();
    items.close();
  }

  @Test
  @DisplayName("C2 kotlinx loses the Reactor Context: a loop in a body passes the subscriber's on")
  void context() {
    Flux<String> source =
        Flux.deferContextual(context -> Flux.just("a", "b").map(item -> item + context.get("k")));
    for (Flux<String> way : List.of(source, source.hide(), source.publishOn(Schedulers.single()))) {
      Mono<List<String>> body =
          ReactorBridge.mono(() -> {
            try (Cursor<String> items = Publishers.iterate(way);
                Stream<String> others = Publishers.stream(way)) {
              return Stream.concat(Stream.of(items.next(), items.next()), others).toList();
            }
          });
      assertThat(body.contextWrite(Context.of("k", "1")).block())
          .containsExactly("a1", "b1", "a1", "b1");
      assertThat(body.contextWrite(Context.of("k", "2")).block())
          .containsExactly("a2", "b2", "a2", "b2");
    }
  }
}
