package io.bridge.integration;

import static io.bridge.reactor.ReactorBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.CoroutineScope;
import io.bridge.fixtures.Eventually;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * C3: one trace through a WebFlux server, the body of its controller, the observations and log
 * lines in it and the WebClient that it awaits, with Micrometer's bridge to OpenTelemetry.
 */
@Tag("context-propagation")
@Timeout(60)
class ObservationTest {

  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {

    @Bean
    SecurityWebFilterChain open(ServerHttpSecurity http) {
      return http.authorizeExchange(exchange -> exchange.anyExchange().permitAll()).build();
    }

    @Bean
    Tracing tracing() {
      return new Tracing();
    }

    @Bean
    ObservationRegistry observations(Tracing tracing) {
      return tracing.registry;
    }

    @Bean
    Controller controller(Tracing tracing, Environment environment) {
      return new Controller(tracing, environment);
    }
  }

  @RestController
  static class Controller {

    private final Tracing tracing;
    private final ObservationRegistry registry;
    private final Environment environment;

    Controller(Tracing tracing, Environment environment) {
      this.tracing = tracing;
      this.registry = tracing.registry;
      this.environment = environment;
    }

    private Mono<String> below() {
      return WebClient.builder()
          .observationRegistry(registry)
          .baseUrl("http://localhost:" + environment.getProperty("local.server.port"))
          .build()
          .get()
          .uri("/below")
          .retrieve()
          .bodyToMono(String.class);
    }

    @GetMapping("/below")
    Mono<String> answer() {
      return Mono.just("below");
    }

    @GetMapping("/naive")
    Mono<String> naive() {
      return Mono.fromCallable(
              () -> {
                below().block();
                return here();
              })
          .subscribeOn(Schedulers.boundedElastic());
    }

    @GetMapping("/ours")
    Mono<String> ours() {
      return mono(() -> {
        await(below());
        return here();
      });
    }

    // tag::observed[]
    @GetMapping("/observed")
    Mono<String> observed() {
      return mono(() ->
          Observation.createNotStarted("work", registry) // a child of the request's
              .observe(() -> awaitSingle(below()))); // and the parent of the call's
    }

    // end::observed[]

    @GetMapping("/forked")
    Mono<List<String>> forked() {
      return mono(() -> {
        try (var scope = CoroutineScope.open()) {
          var first = scope.fork(() -> awaitSingle(below()) + here());
          var second = scope.fork(() -> awaitSingle(below()) + here());
          scope.join();
          return List.of(first.get(), second.get());
        }
      });
    }

    /** The trace of this thread, and that of its log lines. */
    private String here() {
      return tracing.currentTrace() + " " + MDC.get("traceId");
    }
  }

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e47";

  private static Server server;

  @BeforeAll
  static void start() {
    server = new Server(WebApplicationType.REACTIVE, App.class);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void unhook() {
    AutomaticPropagation.set(false);
  }

  private String get(String path, String trace) {
    return Server.get(
        server
            .client()
            .mutate()
            .defaultHeader("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
            .build(),
        path);
  }

  /** The finished spans of a trace, as soon as there are so many. */
  private static List<SpanData> spans(String trace, int count) {
    Eventually.until(count + " spans", () -> spansNow(trace).size() >= count);
    List<SpanData> spans = spansNow(trace);
    assertThat(spans).extracting(SpanData::getName).hasSize(count);
    return spans;
  }

  private static List<SpanData> spansNow(String trace) {
    return server.bean(Tracing.class).finished().stream()
        .filter(span -> span.getTraceId().equals(trace))
        .toList();
  }

  private static SpanData named(String name, List<SpanData> spans) {
    return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow();
  }

  private static void assertChain(List<SpanData> spans, String... names) {
    for (int i = 1; i < names.length; i++) {
      assertThat(named(names[i], spans).getParentSpanId())
          .as("the parent of %s among %s", names[i], spans)
          .isEqualTo(named(names[i - 1], spans).getSpanId());
    }
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C3: a body is in the request's trace, and so is the call that it awaits")
  void oneTrace(boolean automatic) {
    AutomaticPropagation.set(automatic);
    String trace = TRACE + (automatic ? "01" : "02");
    assertThat(get("/ours", trace)).isEqualTo(trace + " " + trace);
    assertChain(spans(trace, 3), "http get /ours", "http get", "http get /below");

    String lost = TRACE + (automatic ? "03" : "04");
    assertThat(get("/naive", lost)).isEqualTo(automatic ? lost + " " + lost : "none null");
    List<SpanData> seen = spans(lost, automatic ? 3 : 1); // the others are in a trace of their own
    assertThat(seen).anyMatch(span -> span.getName().equals("http get /naive"));
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C3: an observation in a body is between the request's and the awaited call's")
  void observationInside(boolean automatic) {
    AutomaticPropagation.set(automatic);
    String trace = TRACE + (automatic ? "05" : "06");
    assertThat(get("/observed", trace)).isEqualTo("below");
    assertChain(spans(trace, 4), "http get /observed", "work", "http get", "http get /below");
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C1, C3: forks are in the trace of their parent")
  void forks(boolean automatic) {
    AutomaticPropagation.set(automatic);
    String trace = TRACE + (automatic ? "07" : "08");
    assertThat(get("/forked", trace))
        .isEqualTo("[\"below%1$s %1$s\",\"below%1$s %1$s\"]".formatted(trace));
    List<SpanData> spans = spans(trace, 5);
    String request = named("http get /forked", spans).getSpanId();
    assertThat(spans.stream().filter(span -> span.getName().equals("http get")))
        .hasSize(2)
        .allMatch(span -> span.getParentSpanId().equals(request));
  }
}
