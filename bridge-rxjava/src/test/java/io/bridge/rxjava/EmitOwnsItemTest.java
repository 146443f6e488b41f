package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Emitter;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.util.List;
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
  private final BodyRun<String> body = new BodyRun<>();

  @AfterEach
  void close() {
    lost.close();
  }

  private void numbers(Emitter<Integer> emitter) throws Exception {
    body.call(() -> {
      for (int i = 1; ; i++) {
        emitter.emit(i);
      }
    });
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
    body.awaitParked();
    subscriber.cancel();
    Eventually.until("the body ends", body::isDone);
    assertThat(subscriber.values()).containsExactly(1);
    assertThat(lost.values).containsExactly(2);
  }

  @Test
  @DisplayName("B4 observable: an item that is emitted after the disposal")
  void observable() {
    TestObserver<String> observer =
        RxJavaBridge.<String>observable(emitter ->
                body.call(() -> {
                  try {
                    Thread.sleep(60_000);
                  } catch (InterruptedException disposed) {
                    emitter.emit("late");
                  }
                  return "done";
                }))
            .test();
    body.awaitParked();
    observer.dispose();
    Eventually.until("the body ends", body::isDone);
    assertThat(lost.values).isEqualTo(List.of("late"));
    observer.assertEmpty();
  }
}
