package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.mono;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.testkit.Eventually;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

@DisplayName("A12 B10 a value that a scheduler has, and nobody wants any more")
@Timeout(60)
class SignalsGivenUpTest {

  private final Lost lost = new Lost();
  private final List<Object> natively = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    lost.close();
  }

  private Mono<String> resource(Scheduler signals) {
    return mono(signals, () -> "a resource").doOnDiscard(String.class, natively::add);
  }

  private void assertGivenUpOnce() {
    Eventually.until("given up", () -> !lost.values.isEmpty());
    assertThat(lost.values).containsExactly("a resource");
    assertThat(natively).containsExactly("a resource");
    assertThat(lost.failures).isEmpty();
    assertThat(lost.droppedErrors).isEmpty();
  }

  @Test
  @DisplayName("A12 B10 a value that waits for the scheduler is given up after a cancel, once")
  void cancelledWhileQueued() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    List<Object> signals = new CopyOnWriteArrayList<>();
    Disposable subscription =
        resource(Schedulers.fromExecutor(tasks::add))
            .subscribe(signals::add, signals::add, () -> signals.add("end"));
    Runnable task = tasks.poll(30, TimeUnit.SECONDS);
    subscription.dispose();
    assertThat(task).isNotNull();
    if (task != null) {
      task.run();
    }
    assertGivenUpOnce();
    assertThat(signals).isEmpty();
  }

  @Test
  @DisplayName("A12 B10 a value that the scheduler rejects is given up, the rejection the failure")
  void rejected() {
    Scheduler gone = Schedulers.newSingle("gone");
    gone.dispose();
    List<Object> signals = new CopyOnWriteArrayList<>();
    resource(gone).subscribe(signals::add, signals::add, () -> signals.add("end"));
    Eventually.until("the end", () -> !signals.isEmpty());
    assertThat(signals).hasSize(1);
    assertThat(signals.get(0)).isInstanceOf(RejectedExecutionException.class);
    assertGivenUpOnce();
  }
}
