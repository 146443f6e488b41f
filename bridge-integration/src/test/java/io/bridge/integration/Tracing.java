package io.bridge.integration;

import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.EventPublishingContextWrapper;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.micrometer.tracing.otel.bridge.Slf4JEventListener;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;

/** Micrometer's Observation over its bridge to OpenTelemetry, with the spans kept in memory. */
final class Tracing {

  private static final Slf4JEventListener INTO_MDC = new Slf4JEventListener();

  static {
    // must come before anything else of OpenTelemetry's contexts
    ContextStorage.addWrapper(new EventPublishingContextWrapper(INTO_MDC::onEvent));
  }

  final ObservationRegistry registry = ObservationRegistry.create();
  final Tracer tracer;

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();

  Tracing() {
    SdkTracerProvider provider =
        SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build();
    var otel = provider.get("bridge");
    tracer = new OtelTracer(otel, new OtelCurrentTraceContext(), INTO_MDC::onEvent);
    var propagator =
        new OtelPropagator(
            ContextPropagators.create(W3CTraceContextPropagator.getInstance()), otel);
    registry
        .observationConfig()
        .observationPredicate((name, context) -> !name.startsWith("spring.security"))
        .observationHandler(
            new FirstMatchingCompositeObservationHandler(
                new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
                new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
                new DefaultTracingObservationHandler(tracer)));
  }

  /** The trace that the calling thread is in. */
  String currentTrace() {
    var span = tracer.currentSpan();
    return span == null ? "none" : span.context().traceId();
  }

  List<SpanData> finished() {
    return spans.getFinishedSpanItems();
  }
}
