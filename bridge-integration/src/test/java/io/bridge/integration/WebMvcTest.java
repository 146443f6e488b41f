package io.bridge.integration;

import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/**
 * C3: what a controller of a Spring MVC server on virtual threads may return. Its context is in
 * thread-locals, so it crosses where context-propagation is on the class path.
 */
@Timeout(60)
class WebMvcTest {

  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {

    @Bean
    SecurityFilterChain security(HttpSecurity http) {
      return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
          .httpBasic(withDefaults())
          .build();
    }

    /** No password service, so Spring does not hash the passwords anew. */
    @Bean
    UserDetailsService users() {
      return name -> User.withUsername(name).password("{noop}secret").roles("USER").build();
    }

    @Bean
    Controller controller() {
      return new Controller();
    }
  }

  @RestController
  static class Controller {

    /** A reactive library below the controller, which looks into its subscriber's Context. */
    private static Mono<String> user() {
      return Mono.deferContextual(context ->
          Mono.justOrEmpty(context.<SecurityContext>getOrEmpty(SecurityContext.class.getName()))
              .mapNotNull(SecurityContext::getAuthentication)
              .map(Authentication::getName)
              .defaultIfEmpty("nobody"));
    }

    /** A classic library, which looks into a thread-local. */
    private static String userOfThread() {
      Authentication user = SecurityContextHolder.getContext().getAuthentication();
      return user == null ? "nobody" : user.getName();
    }

    // tag::plain[]
    @GetMapping("/plain")
    String plain() { // spring.threads.virtual.enabled=true: each request has a virtual thread
      return awaitSingle(user()) + " " + userOfThread();
    }

    // end::plain[]

    @GetMapping("/naive")
    String naive() {
      return user().block() + " " + userOfThread();
    }

    // tag::future[]
    @GetMapping("/future")
    CompletableFuture<String> aside() {
      return future(() -> awaitSingle(user()) + " " + userOfThread());
    }

    // end::future[]

    @GetMapping("/future/naive")
    CompletableFuture<String> naiveFuture() {
      return CompletableFuture.supplyAsync(() -> user().block() + " " + userOfThread());
    }

    // tag::reactive[]
    @GetMapping("/reactive")
    String reactive() {
      SecurityContext ofThread = SecurityContextHolder.getContext();
      return withContext(
          context ->
              context.putAll(
                  ReactiveSecurityContextHolder.withSecurityContext(Mono.just(ofThread))
                      .readOnly()),
          () ->
              awaitSingle(
                  ReactiveSecurityContextHolder.getContext()
                      .mapNotNull(SecurityContext::getAuthentication)
                      .map(Authentication::getName)));
    }

    // end::reactive[]

    // tag::mono[]
    @GetMapping("/mono")
    Mono<String> chained() {
      return mono(() -> awaitSingle(user()) + " " + userOfThread());
    }
    // end::mono[]
  }

  private static Server server;
  private static WebTestClient ada;
  private static WebTestClient bob;

  @BeforeAll
  static void start() {
    server = new Server(WebApplicationType.SERVLET, App.class);
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
  @DisplayName("C3: a plain value: an await takes the thread-locals along, a block() does not")
  void plain(boolean automatic) {
    AutomaticPropagation.set(automatic);
    assertThat(Server.get(ada, "/naive"))
        .isEqualTo(AutomaticPropagation.helps(automatic) ? "ada ada" : "nobody ada");
    assertThat(Server.get(ada, "/plain")).isEqualTo(crosses() ? "ada ada" : "nobody ada");
    assertThat(Server.get(bob, "/plain")).isEqualTo(crosses() ? "bob bob" : "nobody bob");
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C3: a future: its body has the thread-locals of the request, supplyAsync has not")
  void hotFuture(boolean automatic) {
    AutomaticPropagation.set(automatic);
    assertThat(Server.get(ada, "/future/naive")).isEqualTo("nobody nobody");
    assertThat(Server.get(ada, "/future")).isEqualTo(crosses() ? "ada ada" : "nobody nobody");
    assertThat(Server.get(bob, "/future")).isEqualTo(crosses() ? "bob bob" : "nobody nobody");
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C3: a Mono: the thread that subscribes is the request's")
  void monoOfTheRequest(boolean automatic) {
    AutomaticPropagation.set(automatic);
    assertThat(Server.get(ada, "/mono")).isEqualTo(crosses() ? "ada ada" : "nobody nobody");
    assertThat(Server.get(bob, "/mono")).isEqualTo(crosses() ? "bob bob" : "nobody nobody");
  }

  @ParameterizedTest(name = "automatic propagation {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("C2: withContext hands the request's user to code that looks into the Context")
  void reactiveHolder(boolean automatic) {
    AutomaticPropagation.set(automatic);
    assertThat(Server.get(ada, "/reactive")).isEqualTo("ada");
    assertThat(Server.get(bob, "/reactive")).isEqualTo("bob");
  }

  private static boolean crosses() {
    return AutomaticPropagation.ON_CLASS_PATH;
  }
}
