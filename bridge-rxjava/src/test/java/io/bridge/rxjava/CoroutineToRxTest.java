package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.toCompletable;
import static io.bridge.rxjava.RxJavaBridge.toFlowable;
import static io.bridge.rxjava.RxJavaBridge.toMaybe;
import static io.bridge.rxjava.RxJavaBridge.toObservable;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Publishers;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.observers.TestObserver;
import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("S1 B9 a coroutine of a scope as each type of RxJava")
@Timeout(60)
class CoroutineToRxTest {

  private static final Body<@Nullable String, RuntimeException> NOTHING = () -> null;

  /** How a handle is converted; the outcome is seen through a Maybe. */
  enum As {
    SINGLE {
      @Override
      Maybe<String> convert(Coroutine<? extends @Nullable String> coroutine) {
        return RxJavaBridge.<String>toSingle(coroutine).toMaybe();
      }
    },
    MAYBE {
      @Override
      Maybe<String> convert(Coroutine<? extends @Nullable String> coroutine) {
        return toMaybe(coroutine);
      }
    },
    COMPLETABLE {
      @Override
      Maybe<String> convert(Coroutine<? extends @Nullable String> coroutine) {
        return toCompletable(coroutine).toMaybe();
      }
    },
    FLOWABLE {
      @Override
      Maybe<String> convert(Coroutine<? extends @Nullable String> coroutine) {
        return toFlowable(Publishers.<String>toPublisher(coroutine)).singleElement();
      }
    },
    OBSERVABLE {
      @Override
      Maybe<String> convert(Coroutine<? extends @Nullable String> coroutine) {
        return toObservable(Publishers.<String>toPublisher(coroutine)).singleElement();
      }
    };

    abstract Maybe<String> convert(Coroutine<? extends @Nullable String> coroutine);

    void assertValue(TestObserver<String> observer) {
      if (this == COMPLETABLE) {
        observer.assertNoValues();
      } else {
        observer.assertValue("a");
      }
      observer.assertComplete();
    }
  }

  private final Probe<String> probe = new Probe<>();
  private final CoroutineScope<@Nullable String, @Nullable Void> scope =
      CoroutineScope.background(config -> config.withFailureHandler((child, failure) -> {}));

  @AfterEach
  void close() {
    scope.close();
  }

  private static TestObserver<String> ended(TestObserver<String> observer)
      throws InterruptedException {
    assertThat(observer.await(30, TimeUnit.SECONDS)).as("it ends").isTrue();
    return observer;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("S1 B9 the value, before and after the end; null is empty, of a Single an error")
  void value(As as) throws InterruptedException {
    Coroutine<String> coroutine = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    TestObserver<String> waiting = as.convert(coroutine).test();
    probe.next("a").complete();
    as.assertValue(ended(waiting));
    as.assertValue(ended(as.convert(coroutine).test()));
    TestObserver<String> nothing = ended(as.convert(scope.fork(NOTHING)).test());
    if (as == As.SINGLE) {
      nothing.assertError(NoSuchElementException.class);
    } else {
      nothing.assertNoValues().assertComplete();
    }
    assertThat(probe.subscriptions()).as("one run").isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("S1 A7 a failure is signalled as itself; a cancelled coroutine as its cancellation")
  void failure(As as) throws InterruptedException {
    IOException failure = new IOException("disk");
    Coroutine<String> failing =
        scope.<String>fork(() -> {
          throw failure;
        });
    ended(as.convert(failing).test()).assertError(thrown -> thrown == failure);
    Coroutine<String> cancelled = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    TestObserver<String> waiting = as.convert(cancelled).test();
    cancelled.cancel("why");
    ended(waiting)
        .assertError(
            thrown -> thrown instanceof CancellationException && "why".equals(thrown.getMessage()));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("S1 whoever stops listening does not own the coroutine: it goes on")
  void disposed(As as) {
    Coroutine<String> coroutine = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    as.convert(coroutine).test().dispose();
    assertThat(probe.cancels()).isZero();
    probe.next("a").complete();
    Eventually.until("it ends", coroutine::isDone);
    assertThat(coroutine.get()).isEqualTo("a");
  }
}
