package io.bridge.internal.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;

/** What CursorFusionTest shows with each library, here with an operator that is core's own. */
@DisplayName("I5 I6 a loop that takes its items out of an operator's queue")
@Timeout(60)
class IterationFusionTest {

  /** The queue of upstream's last operator. */
  private static final class Shared implements FusedQueue<String> {
    final Queue<String> items = new ConcurrentLinkedQueue<>();
    final List<String> cleared = new CopyOnWriteArrayList<>();
    final AtomicInteger polls = new AtomicInteger();
    volatile @Nullable RuntimeException inPoll;
    volatile @Nullable RuntimeException inClear;

    Shared(String... items) {
      this.items.addAll(List.of(items));
    }

    @Override
    public @Nullable String poll() {
      polls.getAndIncrement();
      String item = items.poll();
      RuntimeException thrown = inPoll;
      if (item == null && thrown != null) {
        throw thrown;
      }
      return item;
    }

    @Override
    public boolean isEmpty() {
      return items.isEmpty();
    }

    @Override
    public void clear() {
      for (String item = items.poll(); item != null; item = items.poll()) {
        cleared.add(item);
      }
      RuntimeException thrown = inClear;
      if (thrown != null) {
        throw thrown;
      }
    }
  }

  /** Agrees to share; what is lost is written down. */
  private static final class Fusing extends CursorSubscriber<String> {
    final List<Throwable> lost = new CopyOnWriteArrayList<>();
    final List<Object> discarded = new CopyOnWriteArrayList<>();
    private final Shared queue;
    private final boolean pulled;

    Fusing(Iteration<String> iteration, Shared queue, boolean pulled) {
      super(iteration);
      this.queue = queue;
      this.pulled = pulled;
    }

    @Override
    protected boolean fuse(Subscription upstream, Iteration<String> into) {
      into.fuse(queue, pulled);
      return !pulled;
    }

    @Override
    protected void undeliverable(Throwable failure) {
      lost.add(failure);
    }

    @Override
    public void discard(@Nullable Object value) {
      if (value != null) {
        discarded.add(value);
      }
    }
  }

  private final Probe<String> probe = new Probe<>();
  private final Iteration<String> iteration = Iteration.open(4);

  private Fusing begin(Iteration<String> loop, Shared queue, boolean pulled) {
    Fusing subscriber = new Fusing(loop, queue, pulled);
    subscriber.begin(probe);
    return subscriber;
  }

  private static List<String> all(Iteration<String> loop) {
    List<String> taken = new ArrayList<>();
    while (loop.hasNext()) {
      taken.add(loop.next());
    }
    return taken;
  }

  @Test
  @DisplayName("I3 I5 shared: each item once, the demand renewed, all items before the end")
  void shared() {
    Shared queue = new Shared("a", "b", "c");
    Fusing subscriber = begin(iteration, queue, false);
    assertThat(probe.requests()).containsExactly(4L);
    probe.next("a").next("b").next("c"); // these signals say no more than that something is there
    assertThat(iteration.next()).isEqualTo("a");
    assertThat(iteration.next()).isEqualTo("b");
    assertThat(probe.requests()).containsExactly(4L);
    assertThat(iteration.next()).isEqualTo("c");
    assertThat(probe.requests()).containsExactly(4L, 3L);
    queue.items.add("d");
    probe.next("d").complete();

    assertThat(all(iteration)).containsExactly("d");
    assertThat(queue.cleared).isEmpty();
    assertThat(subscriber.discarded).isEmpty();
    assertThat(probe.cancels()).isZero();
  }

  @Test
  @DisplayName("I5 shared: a signal wakes the loop that waits")
  void wakes() {
    Shared queue = new Shared();
    begin(iteration, queue, false);
    Fork<List<String>> loop = Fork.virtual(() -> all(iteration)).awaitParked();
    queue.items.add("a");
    probe.next("a");
    loop.awaitParked();
    probe.complete();

    assertThat(loop.join()).containsExactly("a");
  }

  @Test
  @DisplayName("I2 I5 shared: the items before a failure, then that, and it is not lost")
  void failure() {
    IllegalStateException failure = new IllegalStateException("of the source");
    Fusing subscriber = begin(iteration, new Shared("a"), false);
    probe.next("a").fail(failure);
    assertThat(iteration.next()).isEqualTo("a");
    assertThatThrownBy(iteration::hasNext).isSameAs(failure);
    iteration.close();

    assertThat(subscriber.lost).isEmpty();
  }

  @Test
  @DisplayName("I5 an upstream that comes late, when the loop waits, and brings a queue with items")
  void fusedLate() {
    probe.onSubscribe(withheld -> {});
    begin(iteration, new Shared("a"), false);
    Fork<String> loop = Fork.virtual(iteration::next).awaitParked();
    probe.subscriber().onSubscribe(probe);

    assertThat(loop.join()).isEqualTo("a");
  }

  @Test
  @DisplayName("I3 I5 the same, but to be pulled: what the loop has asked for is not requested")
  void pulledLate() {
    probe.onSubscribe(withheld -> {});
    Iteration<String> lazy = Iteration.open(1);
    begin(lazy, new Shared("a"), true);
    Fork<String> loop = Fork.virtual(lazy::next).awaitParked();
    probe.subscriber().onSubscribe(probe);

    assertThat(loop.join()).isEqualTo("a");
    assertThat(probe.requests()).isEmpty();
  }

  @Test
  @DisplayName("I6 A12 shared, closed: the queue is cleared, and again for what comes behind it")
  void closed() {
    Shared queue = new Shared("a", "b");
    Fusing subscriber = begin(iteration, queue, false);
    assertThat(iteration.next()).isEqualTo("a");
    iteration.close();
    assertThat(queue.cleared).containsExactly("b");
    assertThat(probe.cancels()).isEqualTo(1);
    queue.items.add("c");
    probe.next("c");

    assertThat(queue.cleared).containsExactly("b", "c");
    assertThat(subscriber.discarded).isEmpty();
    assertThat(iteration.hasNext()).isFalse();
  }

  @Test
  @DisplayName("I6 A12 a queue that was empty holds made items: each is given up, also later ones")
  void givenUp() {
    Shared queue = new Shared();
    Fusing subscriber = begin(iteration, queue, false);
    queue.items.addAll(List.of("a", "b", "c"));
    assertThat(iteration.next()).isEqualTo("a");
    iteration.close();
    assertThat(subscriber.discarded).containsExactly("b", "c");
    queue.items.add("d");
    probe.next("d");
    assertThat(subscriber.discarded).containsExactly("b", "c", "d");
    assertThat(queue.cleared).isEmpty();
  }

  @Test
  @DisplayName("I6 A12 a queue that is pulled makes its items: none is made to be given up")
  void pulledMakesNone() {
    Shared queue = new Shared();
    Fusing subscriber = begin(iteration, queue, true);
    queue.items.add("a");
    iteration.close();
    assertThat(queue.polls).hasValue(0);
    assertThat(subscriber.discarded).isEmpty();
  }

  @Test
  @DisplayName("I6 A12 a promised item is given up by the close, with those in the queue")
  void promised() {
    Shared queue = new Shared("a", "b");
    Fusing subscriber = begin(iteration, queue, false);
    assertThat(iteration.hasNext()).isTrue();
    iteration.close();

    assertThat(subscriber.discarded).containsExactly("a");
    assertThat(queue.cleared).containsExactly("b");
  }

  @Test
  @DisplayName("I6 closed by another thread: the queue is left to the loop, whose next call clears")
  void closedElsewhere() {
    Shared queue = new Shared("a", "b");
    begin(iteration, queue, false);
    assertThat(iteration.next()).isEqualTo("a");
    Fork.platform(iteration::close).join();
    assertThat(queue.cleared).isEmpty();
    assertThat(probe.cancels()).isEqualTo(1);

    assertThat(iteration.hasNext()).isFalse();
    assertThat(queue.cleared).containsExactly("b");
  }

  @Test
  @DisplayName("I6 A12 a queue that throws while it is cleared: reported, close throws nothing")
  void throwingClear() {
    Shared queue = new Shared("a");
    queue.inClear = new IllegalStateException("of the queue");
    Fusing subscriber = begin(iteration, queue, false);
    iteration.close();

    assertThat(queue.cleared).containsExactly("a");
    assertThat(subscriber.lost).containsExactly(queue.inClear);
  }

  @Test
  @DisplayName("I5 pulled: nothing is requested, an empty queue is the end and is polled once")
  void pulled() {
    Shared queue = new Shared("a", "b", "c", "d", "e", "f");
    begin(iteration, queue, true);
    assertThat(all(iteration)).containsExactly("a", "b", "c", "d", "e", "f");
    assertThat(iteration.isOver()).as("upstream has ended, and was told so").isTrue();
    assertThat(iteration.hasNext()).isFalse();
    iteration.close();

    assertThat(queue.polls).hasValue(7);
    assertThat(probe.requests()).isEmpty();
    assertThat(probe.cancels()).as("there is nothing to cancel behind the end").isZero();
  }

  @Test
  @DisplayName("I5 A5 pulled, closed in between: cancelled, cleared, no item any more")
  void pulledClosed() {
    Shared queue = new Shared("a", "b");
    begin(iteration, queue, true);
    assertThat(iteration.next()).isEqualTo("a");
    iteration.close();

    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(queue.cleared).containsExactly("b");
    assertThat(iteration.hasNext()).isFalse();
    assertThat(queue.polls).hasValue(1);
  }

  @Test
  @DisplayName("I2 I5 pulled, and its operator throws: that is the failure, upstream is cancelled")
  void pulledThrows() {
    Shared queue = new Shared("a");
    queue.inPoll = new IllegalStateException("of the operator");
    Fusing subscriber = begin(iteration, queue, true);
    assertThat(iteration.next()).isEqualTo("a");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(iteration::hasNext).isSameAs(queue.inPoll);
    }
    assertThat(probe.cancels()).as("not taken for its end").isEqualTo(1);
    assertThat(queue.polls).hasValue(2);
    assertThat(subscriber.lost).isEmpty();
  }
}
