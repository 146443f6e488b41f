package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Emitter;
import io.bridge.testkit.Eventually;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("B4 A12 an item that emit could not deliver to RxJava is given up, once")
@Timeout(60)
class EmitOwnsItemTest {

  private final Lost lost = new Lost();
  private final AtomicReference<@Nullable Thread> emitting = new AtomicReference<>();
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void close() {
    lost.close();
  }

  private void numbers(Emitter<Integer> emitter) {
    emitting.set(Thread.currentThread());
    try {
      for (int i = 1; ; i++) {
        emitter.emit(i);
      }
    } finally {
      end.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("B4 flowable: the item that waited for demand")
  void flowable(boolean onScheduler) {
    var flowable =
        onScheduler
            ? RxJavaBridge.flowable(Schedulers.computation(), this::numbers)
            : RxJavaBridge.flowable(this::numbers);
    TestSubscriber<Integer> subscriber = flowable.test(1);
    subscriber.awaitCount(1);
    Eventually.until(
        "emit waits",
        () -> {
          Thread now = emitting.get();
          return now != null && now.getState() == Thread.State.WAITING;
        });
    subscriber.cancel();
    Eventually.until("the body ends", () -> end.getCount() == 0);
    assertThat(subscriber.values()).containsExactly(1);
    assertThat(lost.values).containsExactly(2);
  }

  @Test
  @DisplayName("B4 observable: an item that is emitted after the disposal")
  void observable() {
    CountDownLatch begun = new CountDownLatch(1);
    TestObserver<String> observer =
        RxJavaBridge.<String>observable(
                emitter -> {
                  begun.countDown();
                  try {
                    Thread.sleep(60_000);
                  } catch (InterruptedException disposed) {
                    emitter.emit("late");
                  } finally {
                    end.countDown();
                  }
                })
            .test();
    Eventually.until("the body runs", () -> begun.getCount() == 0);
    observer.dispose();
    Eventually.until("the body ends", () -> end.getCount() == 0);
    assertThat(lost.values).isEqualTo(List.of("late"));
    observer.assertEmpty();
  }
}
