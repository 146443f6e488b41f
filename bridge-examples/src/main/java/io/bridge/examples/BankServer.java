package io.bridge.examples;

import static io.bridge.reactor.ReactorBridge.*;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The payment service that the shop calls: approves, declines, or never answers. */
final class BankServer implements AutoCloseable {

  private static final Duration THINKING = Duration.ofMillis(3);

  private final Map<Integer, CompletableFuture<Void>> stuck = new ConcurrentHashMap<>();
  private final LongAdder charges = new LongAdder();
  private final LongAdder hungUp = new LongAdder();
  private final AtomicInteger running = new AtomicInteger();
  private final DisposableServer server =
      Http.server(routes -> routes.post("/charges", this::charge));

  int port() {
    return server.port();
  }

  /** Completes when the bank holds the request for this order and will not answer it. */
  CompletableFuture<Void> stuckOn(Order order) {
    return stuck(order.id());
  }

  /** How many charges were asked for. */
  long charges() {
    return charges.sum();
  }

  /** How many callers hung up before they had an answer. */
  long hungUp() {
    return hungUp.sum();
  }

  /** How many handlers have not ended yet. */
  int running() {
    return running.get();
  }

  private Mono<Void> charge(HttpServerRequest request, HttpServerResponse response) {
    return mono(() -> {
      running.incrementAndGet();
      try {
        answer(awaitSingle(request.receive().aggregate().asString()), response);
      } finally {
        running.decrementAndGet();
      }
    });
  }

  private void answer(String charge, HttpServerResponse response) {
    List<String> words = List.of(charge.split(" ", -1));
    charges.increment();
    await(Mono.delay(THINKING));
    switch (Card.valueOf(words.get(1))) {
      case GOOD -> await(response.sendString(Mono.just(words.get(0))));
      case EMPTY -> await(response.status(Outcome.DECLINED.status()).send());
      case STUCK -> neverAnswer(Integer.parseInt(words.get(0)));
    }
  }

  private void neverAnswer(int orderId) {
    try {
      stuck(orderId).complete(null);
      await(Mono.never());
    } finally {
      hungUp.increment(); // the caller closed its connection, which cancels this coroutine
    }
  }

  private CompletableFuture<Void> stuck(int orderId) {
    return stuck.computeIfAbsent(orderId, id -> new CompletableFuture<>());
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
