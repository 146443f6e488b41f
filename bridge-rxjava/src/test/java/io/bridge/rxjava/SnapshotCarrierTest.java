package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.await;
import static io.bridge.rxjava.RxJavaBridge.single;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.Registration;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an application without Reactor writes; docs/guide/context.md shows it. */
@DisplayName("C3 context-propagation by a carrier, without bridge-reactor")
@Timeout(60)
class SnapshotCarrierTest {

  // tag::carrier[]
  static final class SnapshotCarrier implements CoroutineContext.Carrier<ContextSnapshot> {

    private final ContextSnapshotFactory snapshots =
        ContextSnapshotFactory.builder().clearMissing(true).build();

    @Override
    public ContextSnapshot capture() {
      return snapshots.captureAll();
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        ContextSnapshot state, Body<? extends T, ? extends X> body) throws X {
      ContextSnapshot.Scope scope = state.setThreadLocals();
      try {
        return body.call();
      } finally {
        scope.close();
      }
    }
  }

  // end::carrier[]

  private static final ThreadLocal<@Nullable String> USER = new ThreadLocal<>();

  private static String user() {
    return String.valueOf(USER.get());
  }

  @Test
  @DisplayName("C3 a Single's body and what it starts have the thread-locals of the subscriber")
  void rxJava() {
    ContextRegistry registry = ContextRegistry.getInstance();
    registry.registerThreadLocalAccessor("user", USER::get, USER::set, USER::remove);
    Registration registration = CoroutineContext.register(new SnapshotCarrier());
    try {
      Single<String> body =
          single(() -> {
            String before = user();
            String elsewhere = await(Single.fromCallable(() -> "x").subscribeOn(Schedulers.io()));
            return before + elsewhere + Coroutine.start(SnapshotCarrierTest::user).await();
          });
      USER.set("ann");
      assertThat(body.blockingGet()).isEqualTo("annxann");
      assertThat(body.subscribeOn(Schedulers.computation()).blockingGet()).isEqualTo("nullxnull");
      USER.remove();
      assertThat(await(body)).isEqualTo("nullxnull");
    } finally {
      registration.close();
      registry.removeThreadLocalAccessor("user");
      USER.remove();
    }
  }
}
