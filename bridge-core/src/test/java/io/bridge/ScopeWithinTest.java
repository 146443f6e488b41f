package io.bridge;

import static io.bridge.Scopes.LONG;
import static io.bridge.Scopes.SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("S4 (2): within opens, runs, joins and closes; nothing is forgotten")
@Timeout(60)
class ScopeWithinTest {

  private final Undelivered lost = new Undelivered();
  private final IllegalStateException ofChild = new IllegalStateException("of the child");
  private final List<Coroutine<?>> children = new CopyOnWriteArrayList<>();

  @AfterEach
  void nothingIsLost() {
    lost.close();
    assertThat(lost.failures()).isEmpty();
    assertThat(children).allMatch(Coroutine::isDone);
    Scopes.assertFree();
  }

  private Body<String, RuntimeException> failing() {
    return () -> {
      throw ofChild;
    };
  }

  @Test
  @DisplayName("S4 (2): returns the block's value when all that it has forked has ended")
  void joined() {
    CountDownLatch go = new CountDownLatch(1);
    String value =
        CoroutineScope.within(scope -> {
          children.add(
              scope.fork(() -> {
                go.await();
                return "child";
              }));
          go.countDown();
          return "block";
        });
    assertThat(value).isEqualTo("block");
    assertThat(children).singleElement().matches(child -> child.state() == State.SUCCEEDED);
  }

  @Test
  @DisplayName("S4 (2): the void form, and a lambda with a value means the form with one")
  void forms() {
    CoroutineScope.within(scope -> {
      children.add(scope.fork(() -> "child"));
    });
    Coroutine<String> child = CoroutineScope.within(scope -> scope.fork(() -> "value"));
    assertThat(child.get()).isEqualTo("value");
    List<String> all =
        CoroutineScope.within(
            Joiner.<String>allSuccessfulOrThrow(),
            config -> config.withName("all"),
            scope -> {
              children.add(scope.fork(() -> "a"));
              return scope.join();
            });
    assertThat(all).containsExactly("a");
    CoroutineScope.within(
        Joiner.awaitAll(),
        config -> config,
        scope -> {
          children.add(scope.fork(() -> "b"));
        });
  }

  @Test
  @DisplayName("S4 (2): what the block throws is itself, with the failures of the children")
  void blockThrows() {
    IOException ofBlock = new IOException("of the block");
    assertThatThrownBy(() ->
            CoroutineScope.within(scope -> {
              Scopes.failed(scope, ofChild);
              throw ofBlock;
            }))
        .isSameAs(ofBlock)
        .satisfies(thrown -> assertThat(thrown.getSuppressed()).containsExactly(ofChild));
  }

  @Test
  @DisplayName("S4 (2): a child that fails while the block's failure cancels it is attached too")
  void failsWhenCancelled() {
    CountDownLatch running = new CountDownLatch(1);
    Error ofBlock = new StackOverflowError("of the block");
    assertThatThrownBy(() ->
            CoroutineScope.within(scope -> {
              children.add(
                  scope.fork(() -> {
                    try {
                      running.countDown();
                      return Scopes.forever();
                    } catch (InterruptedException cancelled) {
                      throw ofChild;
                    }
                  }));
              running.await();
              throw ofBlock;
            }))
        .isSameAs(ofBlock)
        .satisfies(thrown -> assertThat(thrown.getSuppressed()).containsExactly(ofChild));
  }

  @Test
  @DisplayName(
      "S4 (2): a child fails first: the block's await ends, and its failure is thrown once")
  void childFirst() {
    Probe<String> probe = new Probe<>();
    assertThatThrownBy(() ->
            CoroutineScope.within(scope -> {
              children.add(scope.fork(failing()));
              return Await.awaitSingle(probe);
            }))
        .isSameAs(ofChild);
    assertThat(probe.cancels()).isEqualTo(probe.subscriptions());
  }

  @Test
  @DisplayName("S4 (2): a child fails first: what its interrupt makes of the block is not the end")
  void childFirstInterrupts() {
    IOException checked = new IOException("of the child");
    assertThatThrownBy(() ->
            CoroutineScope.within(scope -> {
              children.add(
                  scope.fork(() -> {
                    throw checked;
                  }));
              return Scopes.forever();
            }))
        .isInstanceOf(CompletionException.class)
        .hasCause(checked);
  }

  @Test
  @DisplayName("S4 (2) A12: a child fails after the block: thrown, and the value is given up")
  void valueIsGivenUp() {
    CountDownLatch returned = new CountDownLatch(1);
    assertThatThrownBy(() ->
            CoroutineScope.within(scope -> {
              children.add(
                  scope.fork(() -> {
                    returned.await();
                    throw ofChild;
                  }));
              returned.countDown();
              return "value";
            }))
        .isSameAs(ofChild);
    assertThat(lost.values()).containsExactly("value");
  }

  @Test
  @DisplayName("S4 (2): a block that swallows the failure does not hide it")
  void swallowed() {
    assertThatThrownBy(() ->
            CoroutineScope.within(scope -> {
              Scopes.failed(scope, ofChild);
              Throwable seen = catchThrowable(() -> Await.delay(LONG));
              return String.valueOf(seen);
            }))
        .isSameAs(ofChild);
  }

  @Test
  @DisplayName("S4 (2) T1: the timeout of the scope ends the block, which throws it")
  void timeout() {
    assertThatThrownBy(() ->
            CoroutineScope.within(
                Joiner.awaitAllSuccessfulOrThrow(),
                config -> config.withTimeout(SHORT),
                scope -> {
                  children.add(scope.fork(Scopes::forever));
                  return Scopes.forever();
                }))
        .isInstanceOf(AwaitTimeoutException.class);
    assertThatThrownBy(() ->
            CoroutineScope.within(
                Joiner.awaitAllSuccessfulOrThrow(),
                config -> config.withTimeout(SHORT),
                scope -> {
                  children.add(scope.fork(Scopes::forever));
                }))
        .isInstanceOf(AwaitTimeoutException.class);
  }

  @Test
  @DisplayName("S4 (2): a joiner that throws: its failure is attached to the block's")
  void joinerThrows() {
    IllegalStateException ofJoiner = new IllegalStateException("of the joiner");
    IllegalArgumentException ofBlock = new IllegalArgumentException("of the block");
    Joiner<Object, @Nullable Void> joiner =
        new Joiner<>() {
          @Override
          public boolean onComplete(Coroutine<? extends Object> child) {
            throw ofJoiner;
          }

          @Override
          public @Nullable Void result() {
            return null;
          }
        };
    assertThatThrownBy(() ->
            CoroutineScope.within(
                joiner,
                config -> config,
                scope -> {
                  children.add(scope.fork(() -> "a"));
                  Scopes.awaitCancelled(scope);
                  throw ofBlock;
                }))
        .isSameAs(ofBlock)
        .satisfies(thrown -> assertThat(thrown.getSuppressed()).containsExactly(ofJoiner));
  }

  @Test
  @DisplayName("S4 (2) A8: at most eight failures are attached")
  void bounded() {
    IllegalArgumentException ofBlock = new IllegalArgumentException("of the block");
    assertThatThrownBy(() ->
            CoroutineScope.within(
                Joiner.awaitAll(),
                config -> config,
                scope -> {
                  for (int i = 0; i < 20; i++) {
                    Scopes.failed(scope, new IllegalStateException("child " + i));
                  }
                  throw ofBlock;
                }))
        .isSameAs(ofBlock)
        .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(8));
  }

  @Test
  @DisplayName("S4 (2) A9: cancelled with the code around it, which sees its own cancellation")
  void cancelledAround() {
    CountDownLatch inside = new CountDownLatch(1);
    Coroutine<String> around =
        Coroutine.start(() ->
            CoroutineScope.within(scope -> {
              children.add(scope.fork(Scopes::forever));
              inside.countDown();
              return Scopes.forever();
            }));
    Eventually.until("inside", () -> inside.getCount() == 0);
    around.cancel("why");
    assertThat(catchThrowable(around::await))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(CancellationException.class)
        .hasMessageContaining("why");
    assertThat(around.state()).isEqualTo(State.CANCELLED);
  }
}
