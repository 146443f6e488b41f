package io.bridge.examples.merge;

import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Sinks;

/**
 * The row of peers.md, section Build, on futures that leave their source running when they are
 * completed from outside (B table, {@code future}): the peers and ours side by side, here because
 * adapters meet.
 *
 * <ul>
 *   <li>Reactor {@code toFuture}: only {@code cancel} reaches the source: {@link
 *       #peer_toFuture_sourceRunsOn}
 *   <li>RxJava {@code toCompletionStage}: {@code complete}, {@code completeExceptionally} and what
 *       the JDK bases on them reach it, the other ends do not: {@link
 *       #peer_toCompletionStage_sourceRunsOn}
 *   <li>the JDK's {@code supplyAsync}: nothing reaches it: {@link #peer_supplyAsync_runsOn}, {@code
 *       FutureBuilderTest.peer_supplyAsync_runsOn}
 *   <li>ours: each reaches it: the same tests, {@code
 *       FutureBuilderTest.future_completedFromOutside_bodyIsInterrupted}
 * </ul>
 */
@DisplayName("futures of peers that are completed from outside, and ours beside them")
@Timeout(60)
class BuildPeersTest {

  /** The ways to complete a future from outside. */
  enum Ending {
    CANCEL(true, true),
    OR_TIMEOUT(false, true),
    COMPLETE_ON_TIMEOUT(false, true),
    COMPLETE(false, true),
    COMPLETE_EXCEPTIONALLY(false, true),
    COMPLETE_ASYNC(false, false),
    OBTRUDE_VALUE(false, false),
    OBTRUDE_EXCEPTION(false, false);

    private final boolean reachesReactor;
    private final boolean reachesRxJava;

    Ending(boolean reachesReactor, boolean reachesRxJava) {
      this.reachesReactor = reachesReactor;
      this.reachesRxJava = reachesRxJava;
    }

    <T extends @Nullable Object> void of(CompletableFuture<T> future, T outside) {
      IOException failure = new IOException("outside");
      var unused =
          switch (this) {
            case CANCEL -> future.cancel(true);
            case OR_TIMEOUT -> future.orTimeout(1, TimeUnit.MILLISECONDS);
            case COMPLETE_ON_TIMEOUT -> future.completeOnTimeout(outside, 1, TimeUnit.MILLISECONDS);
            case COMPLETE -> future.complete(outside);
            case COMPLETE_EXCEPTIONALLY -> future.completeExceptionally(failure);
            case COMPLETE_ASYNC -> future.completeAsync(() -> outside, Runnable::run);
            case OBTRUDE_VALUE -> {
              future.obtrudeValue(outside);
              yield future;
            }
            case OBTRUDE_EXCEPTION -> {
              future.obtrudeException(failure);
              yield future;
            }
          };
      Eventually.until("the future is done", future::isDone);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B Reactor toFuture leaves the source running when ended from outside: ours cancels")
  void peer_toFuture_sourceRunsOn(Ending ending) {
    Sinks.One<String> peers = Sinks.one();
    CompletableFuture<@Nullable String> future = peers.asMono().toFuture();
    assertThat(peers.currentSubscriberCount()).isEqualTo(1);
    ending.of(future, "outside");
    assertThat(peers.currentSubscriberCount())
        .as("a fixed peer would cancel")
        .isEqualTo(ending.reachesReactor ? 0 : 1);

    Sinks.One<String> ours = Sinks.one();
    CompletableFuture<String> ourFuture = future(() -> awaitSingle(ours.asMono()));
    Eventually.until("it is awaited", () -> ours.currentSubscriberCount() == 1);
    ending.of(ourFuture, "outside");
    Eventually.until("the source is cancelled", () -> ours.currentSubscriberCount() == 0);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B RxJava toCompletionStage misses completeAsync and obtrude: ours misses none")
  void peer_toCompletionStage_sourceRunsOn(Ending ending) {
    SingleSubject<String> peers = SingleSubject.create();
    CompletableFuture<String> future = peers.toCompletionStage().toCompletableFuture();
    assertThat(peers.hasObservers()).isTrue();
    ending.of(future, "outside");
    assertThat(peers.hasObservers())
        .as("a fixed peer would dispose, a broken one would not")
        .isEqualTo(!ending.reachesRxJava);

    SingleSubject<String> ours = SingleSubject.create();
    CompletableFuture<String> ourFuture = future(() -> await(ours));
    Eventually.until("it is awaited", ours::hasObservers);
    ending.of(ourFuture, "outside");
    Eventually.until("the source is disposed", () -> !ours.hasObservers());
  }

  /** Blocking code, and what became of it. */
  private static final class Work {

    private final CountDownLatch release = new CountDownLatch(1);
    final CountDownLatch begun = new CountDownLatch(1);
    final CompletableFuture<String> end = new CompletableFuture<>();

    String block() {
      begun.countDown();
      try {
        release.await();
        end.complete("went on");
      } catch (InterruptedException e) {
        end.complete("interrupted");
      }
      return "done";
    }

    void awaitBegun() {
      Eventually.until("it runs", () -> begun.getCount() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B the JDK's supplyAsync runs on, whatever ends its future: ours is interrupted")
  void peer_supplyAsync_runsOn(Ending ending) {
    Work peers = new Work();
    CompletableFuture<String> future =
        CompletableFuture.supplyAsync(peers::block, task -> Thread.ofVirtual().start(task));
    peers.awaitBegun();
    ending.of(future, "outside");
    assertThat(peers.end).as("a fixed peer would end it").isNotDone();
    peers.release.countDown();
    assertThat(await(peers.end)).isEqualTo("went on");

    Work ours = new Work();
    CompletableFuture<String> ourFuture = future(ours::block);
    ours.awaitBegun();
    ending.of(ourFuture, "outside");
    assertThat(await(ours.end)).isEqualTo("interrupted");
  }
}
