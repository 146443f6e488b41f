package io.bridge.examples;

import static io.bridge.Coroutine.shield;
import static io.bridge.Coroutine.start;
import static io.bridge.completablefuture.CompletableFutureBridge.awaitOrCancel;
import static io.bridge.reactor.ReactorBridge.flux;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine;
import io.bridge.Emitter;
import io.bridge.fixtures.Eventually;
import io.bridge.reactor.ReactorBridge;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The code of docs/guide/pitfalls.md. */
class PitfallsTest {

  // tag::hidden[]
  static final class Latch {
    private final Mono<String> opened;

    Latch(Mono<String> opened) {
      this.opened = opened;
    }

    String await() {
      return ReactorBridge.awaitSingle(opened); // here, a bare await(opened) does not compile
    }
  }

  // end::hidden[]

  @Test
  @DisplayName("section 8: a method named await hides the imported ones; qualified, they are there")
  void hidden() {
    assertThat(new Latch(Mono.just("open")).await()).isEqualTo("open");
  }

  @Test
  @DisplayName("section 8: flux in a chain needs the type of its items")
  void itemType() {
    // tag::itemtype[]
    Flux<Integer> doubled = flux((Emitter<Integer> emitter) -> emitter.emit(21)).map(n -> n * 2);
    // end::itemtype[]
    assertThat(ReactorBridge.awaitSingle(doubled)).isEqualTo(42);
  }

  // tag::lock[]
  private final ReentrantLock lock = new ReentrantLock();

  String underLock(Mono<String> mono) {
    lock.lock(); // synchronized would pin the carrier thread on Java 21 to 23
    try {
      return ReactorBridge.awaitSingle(mono);
    } finally {
      lock.unlock();
    }
  }

  // end::lock[]

  @Test
  @DisplayName("section 8: an await under a lock that does not pin")
  void underLock() {
    assertThat(underLock(Mono.just("a"))).isEqualTo("a");
  }

  @Test
  @DisplayName("A9: cleanup in a cancelled coroutine awaits inside a shield")
  void cleanup() {
    AtomicBoolean rolledBack = new AtomicBoolean();
    AtomicBoolean begun = new AtomicBoolean();
    Mono<Void> rollback = Mono.<Void>fromRunnable(() -> rolledBack.set(true)).hide();
    Mono<String> work = Mono.<String>never().doOnSubscribe(s -> begun.set(true));
    Coroutine<String> coroutine =
        start(() -> {
          // tag::cleanup[]
          try {
            return ReactorBridge.awaitSingle(work);
          } finally {
            shield(() -> cleanUp(rollback)); // bare, its await throws at once
          }
          // end::cleanup[]
        });
    Eventually.until("work has begun", begun::get);
    coroutine.cancel();

    assertThatThrownBy(coroutine::await)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(CancellationException.class);
    assertThat(rolledBack).isTrue();
  }

  private static void cleanUp(Mono<Void> rollback) {
    ReactorBridge.await(rollback);
  }

  @Test
  @DisplayName("A14: what one has started oneself is awaited with awaitOrCancel")
  void ownRequest() {
    CompletableFuture<String> request = new CompletableFuture<>();
    Coroutine<String> coroutine =
        start(() -> {
          // tag::own[]
          String reply = awaitOrCancel(request); // await would leave the request running
          // end::own[]
          return reply;
        });
    Eventually.until("the request is awaited", () -> request.getNumberOfDependents() > 0);
    coroutine.cancel();

    assertThatThrownBy(coroutine::await).hasCauseInstanceOf(CancellationException.class);
    assertThat(request).isCancelled();
  }
}
