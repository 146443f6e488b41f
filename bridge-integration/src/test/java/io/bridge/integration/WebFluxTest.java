package io.bridge.integration;

import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.bridge.Coroutine;
import io.bridge.Emitter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** C2: what a controller of a WebFlux server on reactor-netty may return, and what it then sees. */
@Timeout(60)
class WebFluxTest {

  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @EnableReactiveMethodSecurity
  static class App {

    @Bean
    SecurityWebFilterChain security(ServerHttpSecurity http) {
      return http.authorizeExchange(exchange -> exchange.anyExchange().authenticated())
          .httpBasic(withDefaults())
          .build();
    }

    /** No password service, so Spring does not hash the passwords anew. */
    @Bean
    ReactiveUserDetailsService users() {
      return name ->
          Mono.just(
              User.withUsername(name)
                  .password("{noop}secret")
                  .roles(name.equals("ada") ? "ADMIN" : "USER")
                  .build());
    }

    @Bean
    Vault vault() {
      return new Vault();
    }

    @Bean
    Controller controller(Vault vault) {
      return new Controller(vault);
    }
  }

  static class Vault {

    @PreAuthorize("hasRole('ADMIN')")
    public Mono<String> open() {
      return Mono.just("gold");
    }
  }

  @RestController
  static class Controller {

    private final Vault vault;

    Controller(Vault vault) {
      this.vault = vault;
    }

    static Mono<String> user() {
      return ReactiveSecurityContextHolder.getContext()
          .mapNotNull(SecurityContext::getAuthentication)
          .map(Authentication::getName);
    }

    @GetMapping("/naive")
    Mono<String> naive() {
      return Mono.fromCallable(() -> "hello " + user().blockOptional())
          .subscribeOn(Schedulers.boundedElastic());
    }

    // tag::mono[]
    @GetMapping("/mono")
    Mono<String> hello() {
      return mono(() -> "hello " + awaitSingle(user())); // the request's user
    }

    // end::mono[]

    // tag::flux[]
    @GetMapping(path = "/flux", produces = MediaType.TEXT_PLAIN_VALUE)
    Flux<String> spelled() {
      return flux((Emitter<String> letters) -> {
        for (char letter : awaitSingle(user()).toCharArray()) {
          letters.emit(letter + "."); // waits for the client
        }
      });
    }

    // end::flux[]

    // tag::future[]
    @GetMapping("/future")
    CompletableFuture<String> aside() {
      return future(() -> {
        Optional<String> user =
            awaitOptional(user()); // empty: it runs before there is a subscriber
        return "hello " + user;
      });
    }

    // end::future[]

    // tag::plain[]
    @GetMapping("/plain")
    String plain() { // spring.threads.virtual.enabled=true: on a virtual thread, so it may await
      return "hello "
          + awaitSingle(Mono.just("virtual"))
          + " "
          + Thread.currentThread().isVirtual();
    }

    // end::plain[]

    @GetMapping("/plain/user")
    String plainUser() {
      return "hello " + awaitOptional(user());
    }

    @GetMapping("/vault")
    Mono<String> vault() {
      return mono(() -> await(vault.open()));
    }

    @GetMapping("/coroutine")
    Coroutine<String> coroutine() {
      return Coroutine.start(() -> "hello");
    }

    // tag::coroutine[]
    @GetMapping("/converted")
    Mono<String> converted() {
      return toMono(Coroutine.start(() -> "hello")); // not the Coroutine itself
    }
    // end::coroutine[]
  }

  private static Server server;
  private static WebTestClient ada;
  private static WebTestClient bob;

  @BeforeAll
  static void start() {
    server = new Server(WebApplicationType.REACTIVE, App.class);
    ada = server.client("ada");
    bob = server.client("bob");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void unhook() {
    AutomaticPropagation.set(false);
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C2: a Mono: block() has no user, mono(() -> ...) has the request's")
  void monoOfTheRequest(boolean automatic) {
    AutomaticPropagation.set(automatic);
    assertThat(Server.get(ada, "/naive"))
        .isEqualTo(
            AutomaticPropagation.helps(automatic) ? "hello Optional[ada]" : "hello Optional.empty");
    assertThat(Server.get(ada, "/mono")).isEqualTo("hello ada");
    assertThat(Server.get(bob, "/mono")).isEqualTo("hello bob");
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C2: a Flux is streamed by its body")
  void streamed(boolean automatic) {
    AutomaticPropagation.set(automatic);
    assertThat(Server.get(ada, "/flux")).isEqualTo("a.d.a.");
    assertThat(Server.get(bob, "/flux")).isEqualTo("b.o.b.");
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C2, C3: a future runs at once, without a subscriber and so without its Context")
  void hotFuture(boolean automatic) {
    AutomaticPropagation.set(automatic);
    assertThat(Server.get(ada, "/future"))
        .isEqualTo(
            AutomaticPropagation.helps(automatic) ? "hello Optional[ada]" : "hello Optional.empty");
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("A2: a plain value may await on Boot's virtual threads")
  void plain(boolean automatic) {
    AutomaticPropagation.set(automatic);
    assertThat(Server.get(ada, "/plain")).isEqualTo("hello virtual true");
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C3: a plain value has no Context; with the hook, thread-locals take its place")
  void plainUser(boolean automatic) {
    AutomaticPropagation.set(automatic);
    assertThat(Server.get(ada, "/plain/user"))
        .isEqualTo(
            AutomaticPropagation.helps(automatic) ? "hello Optional[ada]" : "hello Optional.empty");
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C2: @PreAuthorize behind an await decides by the request's user")
  void preAuthorize(boolean automatic) {
    AutomaticPropagation.set(automatic);
    assertThat(Server.get(ada, "/vault")).isEqualTo("gold");
    bob.get().uri("/vault").exchange().expectStatus().isForbidden();
  }

  @Test
  @DisplayName("a type that Spring does not know is taken for an object, and not awaited")
  void unknownType() {
    assertThat(Server.get(ada, "/converted")).isEqualTo("hello");
    ada.get()
        .uri("/coroutine")
        .exchange()
        .expectBody(String.class)
        .value(body -> assertThat(body).contains("\"cancelled\":false"));
  }
}
