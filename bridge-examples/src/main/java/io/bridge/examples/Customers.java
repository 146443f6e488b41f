package io.bridge.examples;

import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The clients of the shop: all order at the same time, and some hang up. */
final class Customers implements AutoCloseable {

  private static final int CONCURRENT = 300;

  private final HttpClient http = Http.client();
  private final Tally tally = new Tally();
  private final LongAdder paid = new LongAdder();
  private final ShopServer shop;
  private final BankServer bank;

  Customers(ShopServer shop, BankServer bank) {
    this.shop = shop;
    this.bank = bank;
  }

  /** Places all orders, up to 300 at a time; ends when each has its outcome. */
  Mono<Void> buyAll(List<Order> orders) {
    return Flux.fromIterable(orders).flatMap(this::buy, CONCURRENT).then();
  }

  /** How the checkouts ended, as seen here. */
  Tally tally() {
    return tally;
  }

  /** The sum of all receipts in cents. */
  long paid() {
    return paid.sum();
  }

  private Mono<Void> buy(Order order) {
    return mono(() -> {
      CompletableFuture<HttpResponse<String>> answer = http.sendAsync(post(order), ofText());
      if (order.card() == Card.STUCK) {
        await(bank.stuckOn(order)); // so the shop is in the middle of its transaction
        answer.cancel(true); // closes the connection, the shop gets no other sign
        tally.add(Outcome.CANCELLED);
        return;
      }
      HttpResponse<String> response = await(answer);
      Outcome outcome = Outcome.ofStatus(response.statusCode());
      tally.add(outcome);
      if (outcome == Outcome.ACCEPTED) {
        paid.add(Long.parseLong(response.body()));
      }
    });
  }

  /** Reads the list of all orders and returns how many there are. */
  long countOrders() {
    HttpRequest request = HttpRequest.newBuilder(Http.uri(shop.port(), "/orders")).build();
    return await(http.sendAsync(request, ofText())).body().lines().count();
  }

  private HttpRequest post(Order order) {
    return HttpRequest.newBuilder(Http.uri(shop.port(), "/checkouts"))
        .POST(BodyPublishers.ofString(order.toText()))
        .build();
  }

  private static HttpResponse.BodyHandler<String> ofText() {
    return BodyHandlers.ofString();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
