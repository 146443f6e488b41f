package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.subjects.PublishSubject;
import io.reactivex.rxjava3.subjects.ReplaySubject;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rows of peers.md, section Iterate, that name RxJava: what the peer does today, so that a
 * fixed peer is noticed, and ours beside it. Row, promise and tests:
 *
 * <ul>
 *   <li>an error is thrown before the items already buffered (I2): {@link
 *       #peer_blockingIterable_errorBeforeItems}
 *   <li>{@code break} leaks the subscription (I1): {@link #peer_blockingIterable_breakLeaks}
 *   <li>a lock and {@code signalAll} for each element (I5): {@link #peer_blockingIterable_lock},
 *       {@link CursorFusionTest#pulled}, {@link CursorFusionTest#shared}
 *   <li>kotlinx {@code Observable.asFlow} blocks the emitter (B7): {@link
 *       ObservableCursorTest#neverBlocksTheEmitter}
 * </ul>
 *
 * <p>The other rows are listed in {@code io.bridge.IteratePeersTest} of bridge-core.
 */
@DisplayName("RxJava's blocking iterables, and a cursor beside them")
@Timeout(60)
class IteratePeersTest {

  @Test
  @DisplayName("I2 RxJava blockingIterable throws before the items it holds: ours delivers them")
  void peer_blockingIterable_errorBeforeItems() {
    IllegalStateException failure = new IllegalStateException("behind three items");
    Flowable<Integer> flowable = Flowable.just(1, 2, 3).concatWith(Flowable.error(failure));
    Observable<Integer> observable = Observable.just(1, 2, 3).concatWith(Observable.error(failure));
    for (Iterator<Integer> blocking :
        List.of(flowable.blockingIterable().iterator(), observable.blockingIterable().iterator())) {
      assertThatThrownBy(blocking::hasNext).as("a fixed peer would have items").isSameAs(failure);
    }

    try (Cursor<Integer> ofFlowable = Publishers.iterate(flowable);
        Cursor<Integer> ofObservable = RxJavaBridge.iterate(observable)) {
      for (Cursor<Integer> items : List.of(ofFlowable, ofObservable)) {
        assertThat(List.of(items.next(), items.next(), items.next())).containsExactly(1, 2, 3);
        assertThatThrownBy(items::hasNext).isSameAs(failure);
      }
    }
  }

  @Test
  @DisplayName("I1 RxJava blockingIterable: break leaks; ours cancels once, and disposes")
  void peer_blockingIterable_breakLeaks() {
    Probe<String> peers = new Probe<String>().onRequest(p -> p.next("a").next("b"));
    for (String item : Flowable.fromPublisher(peers).blockingIterable()) {
      assertThat(item).isEqualTo("a");
      break;
    }
    assertThat(peers.cancels()).as("a fixed peer would cancel").isZero();

    Probe<String> ours = new Probe<String>().onRequest(p -> p.next("a").next("b"));
    try (Cursor<String> items = Publishers.iterate(Flowable.fromPublisher(ours))) {
      for (String item : items) {
        assertThat(item).isEqualTo("a");
        break;
      }
    }
    assertThat(ours.cancels()).isEqualTo(1);

    ReplaySubject<String> subject = ReplaySubject.create();
    subject.onNext("a");
    for (String item : subject.blockingIterable()) {
      assertThat(item).isEqualTo("a");
      break;
    }
    assertThat(subject.hasObservers()).as("a fixed peer would dispose").isTrue();

    ReplaySubject<String> another = ReplaySubject.create();
    another.onNext("a");
    try (Cursor<String> items = RxJavaBridge.iterate(another)) {
      assertThat(items.next()).isEqualTo("a");
    }
    assertThat(another.hasObservers()).isFalse();
  }

  @Test
  @DisplayName("I5 RxJava blockingIterable waits at the condition of a lock; ours has no lock")
  void peer_blockingIterable_lock() {
    PublishSubject<String> subject = PublishSubject.create();
    List<Iterable<String>> peers =
        List.of(
            subject.blockingIterable(),
            subject.toFlowable(BackpressureStrategy.BUFFER).blockingIterable());
    List<Fork<Boolean>> blocked =
        peers.stream().map(peer -> Fork.platform(() -> peer.iterator().hasNext())).toList();
    for (Fork<Boolean> fork : blocked) {
      assertThat(LockSupport.getBlocker(fork.awaitParked().thread()))
          .as("a fixed peer would have no lock")
          .isInstanceOf(Condition.class);
    }

    List<Cursor<String>> ours =
        List.of(
            RxJavaBridge.iterate(subject),
            Publishers.iterate(subject.toFlowable(BackpressureStrategy.BUFFER)));
    List<Fork<Boolean>> looping =
        ours.stream().map(items -> Fork.platform(() -> items.hasNext())).toList();
    for (Fork<Boolean> fork : looping) {
      assertThat(LockSupport.getBlocker(fork.awaitParked().thread()))
          .isNotNull()
          .isNotInstanceOfAny(Condition.class, AbstractOwnableSynchronizer.class);
    }
    subject.onComplete();
    assertThat(Stream.concat(blocked.stream(), looping.stream()).map(Fork::join))
        .containsOnly(false);
    ours.forEach(Cursor::close);
  }
}
