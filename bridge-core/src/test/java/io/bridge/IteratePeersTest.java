package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.SubmissionPublisher;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rows of peers.md, section Iterate, whose peers are not on our class path: what ours does. The
 * blocking iterables of Reactor and RxJava are shown beside ours in the class of the same name in
 * bridge-reactor and bridge-rxjava. Row, promise and tests, those of other modules by their name:
 *
 * <ul>
 *   <li>Reactor, RxJava, Mutiny: an error is thrown before the items already buffered (I2): {@link
 *       CursorTest#failure}
 *   <li>the same three: {@code break} leaks the subscription (I1): {@link CursorTest#leaving},
 *       {@link CursorTest#coroutineEnds}, {@link CursorLeakTest#unreachable}
 *   <li>the same three: a lock and {@code signalAll} for each element (I5): {@link
 *       CursorParkRaceTest#itemAgainstPark}, which has a wake-up only for a loop that waits; {@code
 *       CursorFusionTest.pulled}, where there is no hand-over at all; the two of the same name show
 *       the peers' lock
 *   <li>kotlinx {@code asFlow}: stop-and-wait demand, a request for two items (I3): {@link
 *       CursorDemandTest#byDefault}, {@link CursorDemandTest#given}
 *   <li>kotlinx {@code asFlow}: both of two subscriptions are requested from, more items than
 *       requested throw into {@code onNext} (A11, I6): {@link CursorHostileTest#secondOnSubscribe},
 *       {@link CursorHostileTest#moreThanRequested}
 *   <li>kotlinx {@code Observable.asFlow} blocks the emitter (B7): {@code
 *       ObservableCursorTest.neverBlocksTheEmitter}
 *   <li>kotlinx {@code collect}, {@code publish}, {@code asPublisher} lose Reactor's Context (C2):
 *       {@code IteratePeersTest.context} of bridge-reactor
 *   <li>Jox {@code fromPublisher}: a consumer's {@code Error} does not cancel (A5), buffer 0
 *       requests 0 (section 8): {@link CursorTest#leaving}, {@link CursorDemandTest#refused}
 *   <li>RxJava 4 {@code Streamable}: a virtual thread and a future for each element, demand 1 (I5):
 *       {@link #oneThreadForAll}
 * </ul>
 */
@DisplayName("What peers do in a loop, and ours")
@Timeout(60)
class IteratePeersTest {

  @Test
  @DisplayName(
      "I5 RxJava 4 has a thread per element: ours takes 256 items on the loop's own thread")
  void oneThreadForAll() {
    Probe<Integer> probe = new Probe<>();
    Fork<List<Thread>> loop =
        Fork.virtual(() -> {
          List<Thread> threads = new ArrayList<>();
          Publishers.forEach(probe, item -> threads.add(Thread.currentThread()));
          return threads;
        });
    probe.awaitRequest();
    IntStream.range(0, 256).forEach(probe::next);
    probe.complete();
    assertThat(loop.join()).hasSize(256).containsOnly(loop.thread());
  }

  @Test
  @DisplayName(
      "I1 I3 the JDK's own SubmissionPublisher: back pressure both ways, cancelled by close")
  void submissionPublisher() {
    try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>(Runnable::run, 4)) {
      Cursor<Integer> items = Publishers.iterate(publisher, 8);
      Fork<String> source =
          Fork.virtual(() -> IntStream.range(0, 10_000).forEach(publisher::submit));
      for (int i = 0; i < 10_000; i++) {
        assertThat(items.next()).isEqualTo(i);
      }
      assertThat(source.join()).isEqualTo("done");
      items.close();
      publisher.submit(-1);
      assertThat(publisher.hasSubscribers()).isFalse();
    }
  }
}
