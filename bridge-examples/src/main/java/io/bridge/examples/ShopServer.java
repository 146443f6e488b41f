package io.bridge.examples;

import static io.bridge.reactor.ReactorBridge.*;

import io.bridge.Emitter;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The shop's HTTP server; each handler is an imperative body. */
final class ShopServer implements AutoCloseable {

  private final Checkout checkout;
  private final Database database;
  private final Tally tally = new Tally();
  private final AtomicInteger running = new AtomicInteger();
  private final DisposableServer server =
      Http.server(
          routes -> routes.post("/checkouts", this::checkout).get("/orders", this::listOrders));

  ShopServer(Checkout checkout, Database database) {
    this.checkout = checkout;
    this.database = database;
  }

  int port() {
    return server.port();
  }

  /** How the checkouts ended, as seen here. */
  Tally tally() {
    return tally;
  }

  /** How many checkout handlers have not ended yet. */
  int running() {
    return running.get();
  }

  private Mono<Void> checkout(HttpServerRequest request, HttpServerResponse response) {
    return mono(() -> {
      running.incrementAndGet();
      try {
        Order order = Order.parse(awaitSingle(request.receive().aggregate().asString()));
        Receipt receipt = awaitSingle(checkout.checkout(order));
        tally.add(Outcome.ACCEPTED);
        await(response.sendString(Mono.just(Long.toString(receipt.total()))));
      } catch (Refused refused) {
        tally.add(refused.outcome());
        await(response.status(refused.outcome().status()).send());
      } catch (CancellationException hungUp) {
        tally.add(Outcome.CANCELLED);
        throw hungUp;
      } finally {
        running.decrementAndGet();
      }
    });
  }

  /** Streams the ids of all orders, a line each, as fast as the client reads. */
  private Flux<Void> listOrders(HttpServerRequest request, HttpServerResponse response) {
    Flux<String> lines =
        flux((Emitter<String> out) -> {
          List<Long> ids = awaitList(database.select("SELECT id FROM orders ORDER BY id"));
          for (long id : ids) {
            out.emit(id + "\n");
          }
        });
    return Flux.from(response.sendString(lines));
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
