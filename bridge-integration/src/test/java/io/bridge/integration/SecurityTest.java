package io.bridge.integration;

import static io.bridge.reactor.ReactorBridge.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.Publishers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * C2: who the user is stands in the subscriber's Context; a body and all that it awaits sees it, a
 * {@code block()} does not.
 */
@ParameterizedClass(name = "automatic propagation {0}")
@ValueSource(booleans = {false, true})
@Timeout(60)
class SecurityTest {

  @Configuration(proxyBeanMethods = false)
  @EnableReactiveMethodSecurity
  static class Config {

    @Bean
    Vault vault() {
      return new Vault();
    }
  }

  /** Guarded by Spring Security, on methods that return a chain and on such that return a body. */
  static class Vault {

    @PreAuthorize("hasRole('ADMIN')")
    public Mono<String> open() {
      return Mono.just("gold");
    }

    // tag::guarded[]
    @PreAuthorize("hasRole('ADMIN')")
    public Mono<String> openedBy() {
      return mono(() -> "opened by " + await(user()));
    }

    // end::guarded[]

    @PreAuthorize("hasRole('ADMIN')")
    public Flux<String> coins() {
      return flux((Emitter<String> coins) -> {
        coins.emit("one for " + await(user()));
        coins.emit("two for " + await(user()));
      });
    }
  }

  // tag::user[]
  static Mono<String> user() {
    return ReactiveSecurityContextHolder.getContext()
        .mapNotNull(SecurityContext::getAuthentication)
        .map(Authentication::getName);
  }

  // end::user[]

  private static Context as(String name, String role) {
    return Context.of(
        ReactiveSecurityContextHolder.withAuthentication(
            new TestingAuthenticationToken(name, "", role)));
  }

  /** A chain with imperative code in it, as one finds it everywhere. */
  private static <T> Mono<T> naive(Callable<? extends @Nullable T> code) {
    return Mono.<T>fromCallable(code).subscribeOn(Schedulers.boundedElastic());
  }

  @Parameter boolean automatic;

  private final AnnotationConfigApplicationContext context =
      new AnnotationConfigApplicationContext(Config.class);
  private final Vault vault = context.getBean(Vault.class);

  @BeforeParameterizedClassInvocation
  static void hook(boolean automatic) {
    AutomaticPropagation.set(automatic);
  }

  @AfterParameterizedClassInvocation
  static void unhook() {
    AutomaticPropagation.set(false);
  }

  @AfterEach
  void close() {
    context.close();
  }

  @Test
  @DisplayName("C2: ReactiveSecurityContextHolder: empty in a block(), there in an await")
  void holder() {
    Mono<Optional<String>> naive = naive(() -> user().blockOptional());
    // with the hook, and only for what has an accessor, block() finds it
    assertThat(naive.contextWrite(as("ada", "ROLE_USER")).block())
        .isEqualTo(AutomaticPropagation.helps(automatic) ? Optional.of("ada") : Optional.empty());

    Mono<String> ours = mono(() -> awaitSingle(user()));
    assertThat(ours.contextWrite(as("ada", "ROLE_USER")).block()).isEqualTo("ada");
    assertThat(ours.contextWrite(as("grace", "ROLE_USER")).block()).isEqualTo("grace");

    Mono<Optional<String>> mixed = mono(() -> user().blockOptional());
    assertThat(mixed.contextWrite(as("ada", "ROLE_USER")).block())
        .isEqualTo(AutomaticPropagation.helps(automatic) ? Optional.of("ada") : Optional.empty());
  }

  @Test
  @DisplayName("C2: @PreAuthorize: refused in a block(), decided by the role in an await")
  void preAuthorize() {
    Mono<String> naive = SecurityTest.<String>naive(() -> vault.open().block());
    if (AutomaticPropagation.helps(automatic)) {
      assertThat(naive.contextWrite(as("ada", "ROLE_ADMIN")).block()).isEqualTo("gold");
    } else {
      assertThatThrownBy(naive.contextWrite(as("ada", "ROLE_ADMIN"))::block)
          .isInstanceOf(AccessDeniedException.class);
    }

    Mono<String> ours = mono(() -> await(vault.open()));
    assertThat(ours.contextWrite(as("ada", "ROLE_ADMIN")).block()).isEqualTo("gold");
    assertThatThrownBy(ours.contextWrite(as("bob", "ROLE_USER"))::block)
        .isInstanceOf(AccessDeniedException.class);
    assertThatThrownBy(ours::block).isInstanceOf(AccessDeniedException.class);
  }

  @Test
  @DisplayName("C2: @PreAuthorize on a method that returns a body")
  void guardedBody() {
    assertThat(vault.openedBy().contextWrite(as("ada", "ROLE_ADMIN")).block())
        .isEqualTo("opened by ada");
    assertThatThrownBy(vault.openedBy().contextWrite(as("bob", "ROLE_USER"))::block)
        .isInstanceOf(AccessDeniedException.class);
    assertThat(vault.coins().contextWrite(as("ada", "ROLE_ADMIN")).collectList().block())
        .containsExactly("one for ada", "two for ada");
  }

  @Test
  @DisplayName("C1, C2: forks, runOn, mapAwait, loops and conversions inside see the same user")
  void everywhereInside() {
    Mono<List<String>> ours =
        mono(() -> {
          try (var scope = CoroutineScope.open()) {
            var fork = scope.fork(() -> awaitSingle(user()));
            var started = Coroutine.start(() -> awaitSingle(user()));
            scope.join();
            String elsewhere =
                Coroutine.runOn(Schedulers.boundedElastic()::schedule, () -> awaitSingle(user()));
            String mapped =
                awaitSingle(Flux.just(1).transform(mapAwait(2, n -> awaitSingle(user()))));
            String looped = "";
            try (Cursor<String> users = Publishers.iterate(user().flux())) {
              for (String user : users) {
                looped += user;
              }
            }
            String converted = awaitSingle(toMono(awaitable(user())));
            return List.of(fork.get(), started.await(), elsewhere, mapped, looped, converted);
          }
        });
    assertThat(ours.contextWrite(as("ada", "ROLE_USER")).block()).hasSize(6).containsOnly("ada");
  }

  @Test
  @DisplayName("C2: withContext becomes another user for one block")
  void otherUser() {
    // tag::otheruser[]
    Mono<List<String>> switching =
        mono(() -> {
          String before = awaitSingle(user());
          String inside =
              withContext(
                  context -> context.putAll(as("root", "ROLE_ADMIN").readOnly()),
                  () -> awaitSingle(user()));
          return List.of(before, inside, awaitSingle(user()));
        });
    // end::otheruser[]
    assertThat(switching.contextWrite(as("ada", "ROLE_USER")).block())
        .containsExactly("ada", "root", "ada");
  }

  @Test
  @DisplayName("C2: each subscriber is its own user; a body that is built in another has its own")
  void subscriberWins() {
    Mono<String> inner = mono(() -> awaitSingle(user()));
    Mono<List<String>> outer =
        mono(() ->
            List.of(
                awaitSingle(inner),
                awaitSingle(inner.contextWrite(as("grace", "ROLE_USER"))),
                awaitSingle(inner)));
    assertThat(outer.contextWrite(as("ada", "ROLE_USER")).block())
        .containsExactly("ada", "grace", "ada");
    assertThat(outer.contextWrite(as("bob", "ROLE_USER")).block())
        .containsExactly("bob", "grace", "bob");
  }
}
