package io.bridge.integration;

import static io.bridge.reactor.ReactorBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.Registration;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.scheduler.Schedulers;

/** C3: the context of OpenTelemetry without Micrometer, by a carrier. */
@Timeout(60)
class OpenTelemetryTest {

  // tag::carrier[]
  static final class TraceCarrier implements CoroutineContext.Carrier<Context> {

    @Override
    public Context capture() {
      return Context.current();
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        Context trace, Body<? extends T, ? extends X> body) throws X {
      Scope scope = trace.makeCurrent();
      try {
        return body.call();
      } finally {
        scope.close();
      }
    }
  }

  // end::carrier[]

  @BeforeAll
  static void storage() {
    new Tracing().currentTrace(); // which wraps the storage of contexts, and must do that first
  }

  private static String span() {
    return Span.current().getSpanContext().getSpanId();
  }

  @Test
  @DisplayName("C3: the current span is that of bodies, forks and runOn, and of nobody afterwards")
  void everywhere() {
    Span request = SdkTracerProvider.builder().build().get("bridge").spanBuilder("GET").startSpan();
    String none = span();
    Registration registration = CoroutineContext.register(new TraceCarrier());
    Scope scope = request.makeCurrent();
    try {
      String expected = request.getSpanContext().getSpanId();
      assertThat(seen()).hasSize(4).containsOnly(expected);
      registration.close();
      assertThat(seen()).hasSize(4).containsOnly(none);
    } finally {
      scope.close();
      registration.close();
      request.end();
    }
    assertThat(span()).isEqualTo(none);
  }

  private static List<String> seen() {
    String body = awaitSingle(mono(() -> span()));
    String started = Coroutine.start(() -> span()).await();
    String elsewhere =
        Coroutine.start(() -> Coroutine.runOn(Schedulers.boundedElastic()::schedule, () -> span()))
            .await();
    try (var scope = CoroutineScope.open()) {
      var forked = scope.fork(() -> span());
      scope.join();
      return List.of(body, started, elsewhere, forked.get());
    }
  }
}
