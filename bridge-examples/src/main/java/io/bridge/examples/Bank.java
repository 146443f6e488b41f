package io.bridge.examples;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** The shop's way to the bank: the JDK's HTTP client with its {@link CompletableFuture}s. */
final class Bank implements AutoCloseable {

  private final HttpClient http = Http.client();
  private final URI charges;

  Bank(int port) {
    charges = Http.uri(port, "/charges");
  }

  /**
   * Charges the card of {@code order}. The future fails with {@link Refused} if the bank declines;
   * cancelling it gives the HTTP request up.
   */
  CompletableFuture<Integer> charge(Order order, long total) {
    HttpRequest request =
        HttpRequest.newBuilder(charges)
            .POST(BodyPublishers.ofString(order.id() + " " + order.card() + " " + total))
            .build();
    return http.sendAsync(request, BodyHandlers.ofString())
        .thenApply(response -> approvalNumber(order, response));
  }

  private static Integer approvalNumber(Order order, HttpResponse<String> response) {
    return switch (Outcome.ofStatus(response.statusCode())) {
      case ACCEPTED -> Integer.valueOf(response.body());
      case DECLINED -> throw new Refused(Outcome.DECLINED, order.id());
      case OUT_OF_STOCK, CANCELLED ->
          throw new IllegalStateException("bank answered " + response.statusCode());
    };
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
