package io.bridge.integration;

import static io.bridge.reactor.ReactorBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.fixtures.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * C3: thousands of requests at once, each with a user and a log context of its own, on shared
 * threads: each sees its own only, and no thread keeps any.
 */
@ParameterizedClass(name = "automatic propagation {0}")
@ValueSource(booleans = {false, true})
@Tag("context-propagation")
@Timeout(60)
class IsolationTest {

  private static final int REQUESTS = 4_000;
  private static final int AT_ONCE = 256;

  @Parameter boolean automatic;

  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

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

  private static Mono<String> user() {
    return ReactiveSecurityContextHolder.getContext()
        .mapNotNull(SecurityContext::getAuthentication)
        .map(Authentication::getName);
  }

  /** Looks everywhere for somebody else. */
  private void look(String where, String me) {
    String log = MDC.get("user");
    String principal = awaitSingle(user());
    if (!me.equals(log) || !me.equals(principal)) {
      wrong.add(where + " of " + me + ": " + log + ", " + principal);
    }
  }

  private Mono<Void> request(int id, ExecutorService pool) {
    String me = "user" + id;
    return mono(
            () -> {
              look("body", me);
              if (id % 3 == 0) {
                MDC.put("left", me); // and never removed
              }
              awaitSingle(Mono.delay(Duration.ofMillis(id % 5)));
              look("after an await", me);
              try (var scope = CoroutineScope.open()) {
                scope.fork(() -> look("fork", me));
                scope.fork(() -> Coroutine.runOn(pool, () -> look("pool", me)));
                scope.join();
              }
              await(mono(() -> look("inner body", me)));
              look("end", me);
            })
        .contextWrite(context ->
            context
                .put(Mdc.KEY, Map.of("user", me))
                .putAll(
                    ReactiveSecurityContextHolder.withAuthentication(
                            new TestingAuthenticationToken(me, "", "ROLE_USER"))
                        .readOnly()));
  }

  @Test
  @DisplayName("C3: nothing leaks from one request to another, nor stays on a thread")
  void manyRequests() throws Exception {
    MDC.put("user", "nobody of them");
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Flux.range(0, REQUESTS)
          .flatMap(id -> request(id, pool).subscribeOn(Schedulers.parallel()), AT_ONCE)
          .blockLast();
      for (int i = 0; i < 2; i++) {
        pool.submit(() -> leftOn("a pool thread")).get();
      }
    } finally {
      MDC.clear();
    }
    AtomicInteger looked = new AtomicInteger();
    int workers = Schedulers.DEFAULT_POOL_SIZE * 4;
    for (int i = 0; i < workers; i++) {
      Schedulers.parallel()
          .schedule(() -> {
            leftOn("an event loop");
            looked.incrementAndGet();
          });
    }
    Eventually.until("all looked", () -> looked.get() == workers);
    mono(() -> leftOn("the next coroutine")).block();
    assertThat(List.copyOf(wrong)).isEmpty();
  }

  private void leftOn(String where) {
    Map<String, String> left = MDC.getCopyOfContextMap();
    if (left != null && !left.isEmpty()) {
      wrong.add(where + " has " + left);
    }
  }
}
