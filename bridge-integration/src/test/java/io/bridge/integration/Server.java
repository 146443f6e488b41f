package io.bridge.integration;

import java.time.Duration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

/** A Spring Boot application on a real port, with a client for it. */
final class Server implements AutoCloseable {

  private final ConfigurableApplicationContext context;

  /** Starts {@code application} with Boot's virtual threads. */
  Server(WebApplicationType type, Class<?> application) {
    context =
        new SpringApplicationBuilder(application)
            .web(type)
            .properties(
                "server.port=0",
                "spring.main.banner-mode=off",
                "spring.threads.virtual.enabled=true",
                "spring.jmx.enabled=false")
            .run();
  }

  /** A client without credentials. */
  WebTestClient client() {
    return WebTestClient.bindToServer()
        .baseUrl("http://localhost:" + context.getEnvironment().getProperty("local.server.port"))
        .responseTimeout(Duration.ofSeconds(60))
        .build();
  }

  /** A client that signs in with a name and the password "secret". */
  WebTestClient client(String user) {
    return client().mutate().defaultHeaders(h -> h.setBasicAuth(user, "secret")).build();
  }

  /** The body of a successful answer. */
  static String get(WebTestClient client, String path) {
    String body =
        client
            .get()
            .uri(path)
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody(String.class)
            .returnResult()
            .getResponseBody();
    return body == null ? "" : body;
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  @Override
  public void close() {
    context.close();
  }
}
