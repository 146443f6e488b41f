package io.bridge.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineContext.Carrier;
import io.bridge.CoroutineScope;
import io.bridge.Registration;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** C3: context-propagation as a carrier of the application's own, where there is no Reactor. */
@Tag("context-propagation")
@Timeout(60)
class SnapshotCarrierTest {

  // tag::carrier[]
  static final class SnapshotCarrier implements Carrier<ContextSnapshot> {

    private final ContextSnapshotFactory snapshots;

    SnapshotCarrier(ContextRegistry registry) { // ContextRegistry.getInstance()
      snapshots = ContextSnapshotFactory.builder().contextRegistry(registry).build();
    }

    @Override
    public ContextSnapshot capture() {
      return snapshots.captureAll();
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        ContextSnapshot snapshot, Body<? extends T, ? extends X> body) throws X {
      ContextSnapshot.Scope scope = snapshot.setThreadLocals();
      try (scope) {
        return body.call();
      }
    }
  }

  // end::carrier[]

  private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

  @Test
  @DisplayName("C3: a carrier around a ContextSnapshot")
  void snapshot() {
    // not the global registry, which bridge-reactor looks into by itself
    ContextRegistry registry = new ContextRegistry().registerThreadLocalAccessor("tenant", TENANT);
    TENANT.set("acme");
    Registration registration = CoroutineContext.register(new SnapshotCarrier(registry));
    try (registration;
        var scope = CoroutineScope.open()) {
      var forked = scope.fork(() -> "of " + TENANT.get());
      scope.join();
      assertThat(forked.get()).isEqualTo("of acme");
    } finally {
      TENANT.remove();
    }
    assertThat(Coroutine.start(() -> "of " + TENANT.get()).await()).isEqualTo("of null");
  }
}
