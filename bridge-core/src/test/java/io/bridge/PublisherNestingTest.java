package io.bridge;

import static io.bridge.Streams.publisher;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/**
 * Bodies inside bodies, and all signals on one thread. Shapes of kotlinx.coroutines #3282 (a source
 * with more items than a buffer, collected on the thread that it emits on), #3458 and #4222 (a
 * builder that is blocked on inside another builder).
 */
@DisplayName("B7 a stream body never runs inside somebody's signal")
@Timeout(60)
class PublisherNestingTest {

  private static final int DEPTH = 20_000;
  private static final int FLAT = 60;

  /** At most 32 bodies in one another share a thread (N4). */
  private static final int IN_PLACE = FLAT + 32 * 16;

  private final AtomicInteger deepestStack = new AtomicInteger();

  private Publisher<String> nested(int depth, Publisher<String> innermost) {
    return publisher(emitter -> {
      if (depth == 0) {
        emitter.emit(Await.awaitSingle(innermost));
        return;
      }
      if (depth % 1000 == 0) {
        int frames = Thread.currentThread().getStackTrace().length;
        deepestStack.accumulateAndGet(frames, Math::max);
      }
      int inside = Integer.parseInt(Await.awaitSingle(nested(depth - 1, innermost)));
      emitter.emit(String.valueOf(inside + 1));
    });
  }

  @Test
  @DisplayName("B7 20 000 deep: the right value comes out, on flat stacks")
  void deep() {
    Drain drain = new Drain(1);
    nested(DEPTH, publisher(emitter -> emitter.emit("0"))).subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly(String.valueOf(DEPTH));
    assertThat(drain.failure()).isNull();
    assertThat(deepestStack.get()).isBetween(1, IN_PLACE);
  }

  @Test
  @DisplayName("B7 A5 20 000 deep: a cancel reaches the innermost source, once")
  void deepCancel() {
    Probe<String> source = new Probe<>();
    Drain drain = new Drain(1);
    try (Undelivered lost = new Undelivered()) {
      nested(DEPTH, source).subscribe(drain);
      source.awaitRequest();
      drain.cancel();
      source.awaitCancel();
      assertThat(source.cancels()).isEqualTo(1);
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("B7 A8 20 000 deep: a failure comes out as the same object, not grown by each level")
  void deepFailure() {
    IllegalStateException failure = new IllegalStateException("innermost");
    Drain drain = new Drain(1);
    nested(
            DEPTH,
            publisher(emitter -> {
              throw failure;
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(failure);
    assertThat(failure.getSuppressed()).hasSizeLessThanOrEqualTo(8);
  }

  @Test
  @DisplayName("B7 subscribe returns while the body blocks, also inside an onNext")
  void subscribeNeverRunsTheBody() {
    CountDownLatch returned = new CountDownLatch(1);
    Drain inner = new Drain(1);
    Publisher<String> blocking =
        publisher(emitter -> {
          returned.await();
          emitter.emit("inner");
        });
    Drain outer =
        new Drain(1)
            .onNext((self, item) -> {
              blocking.subscribe(inner); // would hang here
              returned.countDown();
            });
    publisher(emitter -> emitter.emit("outer")).subscribe(outer);
    assertThat(inner.awaitEnd().items()).containsExactly("inner");
    assertThat(outer.awaitEnd().items()).containsExactly("outer");
  }

  @ParameterizedTest
  @ValueSource(ints = {65, 257, 1_000})
  @DisplayName("B7 kotlinx #3282: source, subscribe and requests on one thread, and a short buffer")
  void oneThread(int count) throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor();
    SubmissionPublisher<String> source = new SubmissionPublisher<>(one, 8);
    try {
      Drain drain = new Drain(1).onNext((self, item) -> one.execute(() -> self.request(1)));
      Publisher<String> echo =
          publisher(emitter -> {
            List<String> items = Await.awaitList(FlowAdapters.toPublisher(source));
            for (String item : items) {
              emitter.emit(item);
            }
          });
      one.submit(() -> echo.subscribe(drain)).get();
      Eventually.until("the await", source::hasSubscribers);
      for (int i = 0; i < count; i++) {
        source.submit("item " + i); // waits while the buffer is full
      }
      source.close();
      assertThat(drain.awaitEnd().items()).hasSize(count).doesNotHaveDuplicates();
      assertThat(drain.failure()).isNull();
    } finally {
      one.shutdownNow();
    }
  }

  @Test
  @DisplayName("B7 kotlinx #3458 #4222: in an onNext that holds a lock, a wait for another body")
  void waitInsideOnNext() {
    ReentrantLock lock = new ReentrantLock();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              Drain inner = new Drain(1);
              lock.lock();
              try {
                publisher(emitter -> emitter.emit("inner " + item)).subscribe(inner);
                assertThat(inner.awaitEnd().items()).containsExactly("inner " + item);
              } finally {
                lock.unlock();
              }
            });
    publisher(
            emitter -> {
              for (int i = 0; i < 300; i++) {
                emitter.emit("item " + i);
              }
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).hasSize(300);
    assertThat(drain.failure()).isNull();
  }
}
