package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Allocation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A4 what an await of a completed stage or future allocates: nothing")
@Timeout(120)
class AllocationTest {

  @Test
  @DisplayName("A4 nothing, by each static type")
  void await_completed_nothing() {
    CompletableFuture<Integer> future = CompletableFuture.completedFuture(1);
    CompletionStage<Integer> stage = future;
    Future<Integer> plain = future;

    assertThat(Allocation.bytesOf(() -> await(future))).isZero();
    assertThat(Allocation.bytesOf(() -> await(stage))).isZero();
    assertThat(Allocation.bytesOf(() -> await(plain))).isZero();
  }
}
