package io.bridge.integration;

import static io.bridge.reactor.ReactorBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineContext.Carrier;
import io.bridge.CoroutineScope;
import io.bridge.Registration;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** C1, C3: an application's own state, with and without any help of libraries. */
@Timeout(60)
class OwnStateTest {

  // tag::key[]
  static final CoroutineContext.Key<String> TENANT = CoroutineContext.Key.of("tenant");

  static String tenant() {
    String tenant = CoroutineContext.current().get(TENANT);
    return tenant == null ? "none" : tenant;
  }

  // end::key[]

  // tag::threadlocal[]
  static final ThreadLocal<@Nullable String> LOCALE = new ThreadLocal<>();

  static final class LocaleCarrier implements Carrier<String> {

    @Override
    public @Nullable String capture() {
      return LOCALE.get();
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        String locale, Body<? extends T, ? extends X> body) throws X {
      String before = LOCALE.get();
      LOCALE.set(locale);
      try {
        return body.call();
      } finally {
        LOCALE.set(before);
      }
    }
  }

  // end::threadlocal[]

  private static final ThreadLocal<@Nullable String> UNREGISTERED = new ThreadLocal<>();

  @AfterEach
  void clear() {
    LOCALE.remove();
    UNREGISTERED.remove();
  }

  @Test
  @DisplayName("C1: a key bound for a block is inherited by what is started inside")
  void key() {
    // tag::bind[]
    List<String> tenants =
        CoroutineContext.with(
            TENANT,
            "acme",
            () -> {
              try (var scope = CoroutineScope.open()) {
                var forked = scope.fork(() -> tenant());
                var started = Coroutine.start(() -> tenant());
                scope.join();
                return List.of(tenant(), forked.get(), started.await());
              }
            });
    // end::bind[]
    assertThat(tenants).containsExactly("acme", "acme", "acme");
    assertThat(tenant()).isEqualTo("none");
  }

  @Test
  @DisplayName("C1, C2: it goes through a Mono's chain to the body at its other end")
  void keyThroughChain() {
    Mono<String> chain =
        Mono.delay(Duration.ofMillis(1))
            .publishOn(Schedulers.parallel())
            .flatMap(tick -> mono(() -> tenant()));
    String seen = CoroutineContext.with(TENANT, "acme", () -> awaitSingle(chain));
    assertThat(seen).isEqualTo("acme");
    assertThat(chain.block()).isEqualTo("none");
  }

  @Test
  @DisplayName("C3: a Carrier takes a thread-local along, and back to what was there before")
  void carrier() {
    LOCALE.set("de");
    Mono<String> naive =
        Mono.fromCallable(() -> "locale " + LOCALE.get()).subscribeOn(Schedulers.boundedElastic());
    Mono<String> ours = mono(() -> "locale " + LOCALE.get());
    assertThat(naive.block()).isEqualTo("locale null");
    assertThat(ours.block()).isEqualTo("locale null");
    // tag::register[]
    Registration registration = CoroutineContext.register(new LocaleCarrier());
    // end::register[]
    try (registration) {
      assertThat(naive.block()).isEqualTo("locale null");
      assertThat(ours.block()).isEqualTo("locale de");
      String elsewhere =
          Coroutine.start(() ->
                  Coroutine.runOn(Schedulers.single()::schedule, () -> "locale " + LOCALE.get()))
              .await();
      assertThat(elsewhere).isEqualTo("locale de");
      String after =
          Mono.fromCallable(() -> "locale " + LOCALE.get())
              .subscribeOn(Schedulers.single())
              .block();
      assertThat(after).isEqualTo("locale null");
    }
    assertThat(ours.block()).isEqualTo("locale null");
  }

  @Test
  @DisplayName("C3, C4: what nobody has registered is not visible in a coroutine")
  void unregistered() {
    // tag::unregistered[]
    UNREGISTERED.set("here");
    String inside = Coroutine.start(() -> "sees " + UNREGISTERED.get()).await();
    assertThat(inside).isEqualTo("sees null");
    // end::unregistered[]
    try (var scope = CoroutineScope.open()) {
      var forked = scope.fork(() -> "sees " + UNREGISTERED.get());
      scope.join();
      assertThat(forked.get()).isEqualTo("sees null");
    }
    String inPlace = CoroutineContext.with(TENANT, "acme", () -> "sees " + UNREGISTERED.get());
    assertThat(inPlace).isEqualTo("sees here"); // the caller's thread
  }
}
