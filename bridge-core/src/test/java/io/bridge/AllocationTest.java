package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Allocation;
import io.bridge.fixtures.Fork;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("A4, B2, I5 what an await, an emit and a loop allocate at most")
@Timeout(120)
class AllocationTest {

  private static final int ITEMS = 10_000;

  /** Emits its item inside request, and allocates nothing itself. */
  private static final class OneItem implements Publisher<Integer>, Subscription {

    private @Nullable Subscriber<? super Integer> subscriber;

    @Override
    public void subscribe(Subscriber<? super Integer> newSubscriber) {
      subscriber = newSubscriber;
      newSubscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      Subscriber<? super Integer> receiver = requireNonNull(subscriber);
      receiver.onNext(1);
      receiver.onComplete();
    }

    @Override
    public void cancel() {}
  }

  /** Renews its demand by {@code batch} items from onNext. */
  private static final class Counting implements Subscriber<Integer> {

    private final long batch;
    private final CountDownLatch done = new CountDownLatch(1);
    private long inBatch;
    private @Nullable Subscription upstream;

    Counting(long batch) {
      this.batch = batch;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream = subscription;
      subscription.request(batch);
    }

    @Override
    public void onNext(Integer item) {
      if (++inBatch == batch) {
        inBatch = 0;
        requireNonNull(upstream).request(batch);
      }
    }

    @Override
    public void onError(Throwable failure) {
      throw new AssertionError(failure);
    }

    @Override
    public void onComplete() {
      done.countDown();
    }
  }

  @Test
  @DisplayName("A4 a foreign publisher that is complete at once: the subscriber, and nothing else")
  void await_synchronousPublisher_oneSubscriber() {
    Publisher<Integer> publisher = new OneItem();

    double bytes = Allocation.bytesOf(() -> Await.await(publisher));

    assertThat(bytes).isLessThanOrEqualTo(64);
  }

  @Test
  @DisplayName("A4 the same in a coroutine, which has a frame")
  void await_inCoroutine_oneSubscriber() {
    Publisher<Integer> publisher = new OneItem();

    long bytes =
        Coroutine.start(() ->
                Allocation.bytesOfAllThreads(() -> {
                  for (int i = 0; i < ITEMS; i++) {
                    Await.await(publisher);
                  }
                }))
            .await();

    assertThat(bytes / (double) ITEMS).isLessThan(65);
  }

  @Test
  @DisplayName("A2 (2): rules that are registered cost an await nothing")
  void await_rules_nothing() {
    Publisher<Integer> publisher = new OneItem();
    try (Registration permitting = Await.permitOn(thread -> false);
        Registration refusing = Await.rejectOn(thread -> false);
        Registration another = Await.rejectOn(thread -> false)) {
      double bytes = Fork.platform(() -> Allocation.bytesOf(() -> Await.await(publisher))).join();

      assertThat(bytes).isLessThanOrEqualTo(64);
      assertThat(List.of(permitting, refusing, another)).doesNotContainNull();
    }
  }

  /** Whose stack is short: how much of it an open cursor notes counts, too. */
  private static double bytesOfLoop(int prefetch) {
    Publisher<Integer> publisher = new OneItem();
    return Fork.platform(() ->
            Allocation.bytesOf(() -> {
              try (Cursor<Integer> items = Publishers.iterate(publisher, prefetch)) {
                while (items.hasNext()) {
                  items.next();
                }
              }
            }))
        .join();
  }

  @Test
  @DisplayName("I5 a loop over one item that is there at once: no ring, no stack")
  void iterate_oneItem() {
    assertThat(bytesOfLoop(256)).isLessThanOrEqualTo(550);
  }

  @Test
  @DisplayName("I5 a loop over one item that comes when it is asked for: no ring")
  void iterate_oneLateItem() {
    assertThat(bytesOfLoop(1)).isLessThanOrEqualTo(1_500);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 32, Long.MAX_VALUE})
  @DisplayName("B2 nothing for each item of a body that emits")
  void emit_nothingForEachItem(long batch) {
    Publisher<Integer> publisher =
        Publishers.publisher(emitter -> {
          for (int i = 0; i < ITEMS; i++) {
            emitter.emit(1);
          }
        });

    long bytes =
        Allocation.bytesOfAllThreads(() -> {
          Counting counting = new Counting(batch);
          publisher.subscribe(counting);
          Fork.virtual(() -> counting.done.await()).join();
        });

    assertThat(bytes / (double) ITEMS).isLessThan(2); // the coroutine, the subscription, the test's
  }
}
