package io.bridge.integration;

import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Emitter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** C3: the MDC of SLF4J, with Logback behind it, in the log lines of coroutines. */
@ParameterizedClass(name = "automatic propagation {0}")
@ValueSource(booleans = {false, true})
@Tag("context-propagation")
@Timeout(60)
class MdcTest {

  private static final Logger LOG = (Logger) LoggerFactory.getLogger(MdcTest.class);

  /** Keeps what was logged, as message and MDC. */
  private static final class Lines extends AppenderBase<ILoggingEvent> {

    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

    @Override
    protected void append(ILoggingEvent event) {
      Map<String, String> mdc = event.getMDCPropertyMap();
      lines.add(event.getFormattedMessage() + "=" + mdc.get("user"));
    }
  }

  @Parameter boolean automatic;

  private final Lines appender = new Lines();

  @BeforeAll
  static void register() {
    Mdc.register();
  }

  @AfterAll
  static void unregister() {
    Mdc.unregister();
  }

  @BeforeParameterizedClassInvocation
  static void hook(boolean automatic) {
    AutomaticPropagation.set(automatic);
  }

  @AfterParameterizedClassInvocation
  static void unhook() {
    AutomaticPropagation.set(false);
  }

  @BeforeEach
  void attach() {
    LOG.setLevel(ch.qos.logback.classic.Level.INFO);
    LOG.setAdditive(false);
    appender.start();
    LOG.addAppender(appender);
    MDC.put("user", "ada");
  }

  @AfterEach
  void detach() {
    MDC.clear();
    LOG.detachAppender(appender);
  }

  private List<String> lines() {
    return List.copyOf(appender.lines);
  }

  @Test
  @DisplayName("C3: a body logs with the MDC of the thread that subscribes, a naive one without")
  void body() {
    Mono.fromRunnable(() -> LOG.info("naive")).subscribeOn(Schedulers.boundedElastic()).block();
    mono(() -> LOG.info("ours")).block();
    assertThat(lines()).containsExactly(automatic ? "naive=ada" : "naive=null", "ours=ada");
  }

  @Test
  @DisplayName("C3: the MDC in a subscriber's Context wins over that of its thread")
  void contextWins() {
    Mono<Void> ours = mono(() -> LOG.info("ours"));
    // tag::context[]
    Mono<Void> asGrace =
        ours.contextWrite(context -> context.put(Mdc.KEY, Map.of("user", "grace")));
    // end::context[]
    asGrace.block();
    assertThat(lines()).containsExactly("ours=grace");
    assertThat(MDC.get("user")).isEqualTo("ada");
  }

  @Test
  @DisplayName("C3: started and forked coroutines, futures and runOn log with it")
  void everywhere() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      pool.submit(MDC::clear).get();
      Coroutine.start(
              () -> {
                LOG.info("started");
                try (var scope = CoroutineScope.open()) {
                  scope.fork(() -> LOG.info("forked"));
                  scope.join();
                }
                Coroutine.runOn(pool, () -> LOG.info("elsewhere"));
              })
          .await();
      future(() -> LOG.info("future")).get();
      awaitCompletion(Flux.just(1).transform(mapAwait(2, n -> logged("mapped"))));
      awaitCompletion(
          flux((Emitter<String> items) -> {
            LOG.info("flux");
            items.emit("item");
          }));
      pool.submit(() -> LOG.info("after")).get();
    }
    assertThat(lines())
        .containsExactly(
            "started=ada",
            "forked=ada",
            "elsewhere=ada",
            "future=ada",
            "mapped=ada",
            "flux=ada",
            "after=null");
  }

  private static String logged(String line) {
    LOG.info(line);
    return line;
  }

  @Test
  @DisplayName("C3: what a body puts into its MDC is in what it awaits, and gone after it")
  void ofTheBody() {
    Mono<Map<String, String>> below =
        Mono.deferContextual(context -> Mono.justOrEmpty(context.getOrEmpty(Mdc.KEY)));
    Map<String, String> seen =
        mono(
                () -> {
                  MDC.put("order", "42");
                  return await(below);
                })
            .block();
    assertThat(requireNonNull(seen)).containsEntry("user", "ada").containsEntry("order", "42");
    assertThat(MDC.get("order")).isNull();
    mono(() -> assertThat(MDC.get("order")).isNull()).block();
  }

  @Test
  @DisplayName("C3, A2: an event loop's MDC may be another request's; its Context is not")
  void eventLoop() {
    Mono<Void> ours = mono(() -> LOG.info("ours"));
    Mono<Void> onEventLoop =
        Mono.<Void>from(
                subscriber -> {
                  MDC.put("user", "of another request");
                  try {
                    ours.subscribe(subscriber);
                  } finally {
                    MDC.clear();
                  }
                })
            .subscribeOn(Schedulers.parallel());
    MDC.clear();
    onEventLoop.block();
    onEventLoop.contextWrite(context -> context.put(Mdc.KEY, Map.of("user", "grace"))).block();
    assertThat(lines()).containsExactly("ours=null", "ours=grace");
  }
}
