package io.bridge.examples;

import static io.bridge.examples.Statements.*;

import io.bridge.examples.Order.Line;
import io.r2dbc.spi.Connection;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** The same checkout as a chain of operators, for comparison; it uses nothing of bridge. */
record CheckoutReactive(Database database, PriceFeed prices, Bank bank) implements Checkout {

  // tag::checkout[]
  @Override
  public Mono<Receipt> checkout(Order order) {
    return Mono.usingWhen(
            database.connect(),
            connection -> transaction(connection, order),
            this::close,
            (connection, failure) -> close(connection),
            this::close)
        .subscribeOn(Schedulers.boundedElastic()); // H2 may wait for a row lock, a blocking wait
  }

  private Mono<Receipt> transaction(Connection connection, Order order) {
    return Mono.from(connection.beginTransaction())
        .then(sell(connection, order))
        .delayUntil(receipt -> connection.commitTransaction())
        .onErrorResume(
            Refused.class,
            refused ->
                Mono.from(connection.rollbackTransaction())
                    .then(insertRefusal(connection, refused))
                    .then(Mono.error(refused)));
  }

  private Mono<Receipt> sell(Connection connection, Order order) {
    return insertOrder(connection, order)
        .thenMany(Flux.fromIterable(order.lines()))
        .concatMap(line -> sellLine(connection, order, line))
        .reduce(0L, Long::sum)
        .flatMap(total ->
            charge(order, total)
                .then(insertPayment(connection, order, total))
                .thenReturn(new Receipt(order.id(), total)));
  }

  private Mono<Integer> charge(Order order, long total) {
    // cancelling the JDK's request makes it fail, which Reactor would report as a dropped error
    Consumer<Throwable> ignore = error -> {};
    return Mono.fromFuture(() -> bank.charge(order, total))
        .contextWrite(Context.of("reactor.onErrorDropped.local", ignore));
  }

  private Mono<Long> sellLine(Connection connection, Order order, Line line) {
    return takeFromStock(connection, line)
        .filter(taken -> taken)
        .switchIfEmpty(Mono.error(() -> new Refused(Outcome.OUT_OF_STOCK, order.id())))
        .then(Mono.from(prices.of(line.product()).take(1)))
        .flatMap(price ->
            insertLine(connection, order, line, price).thenReturn(price * line.quantity()));
  }

  private Mono<Void> close(Connection connection) {
    return Mono.from(connection.rollbackTransaction()) // does nothing after a commit
        .then(Mono.from(connection.close()));
  }
  // end::checkout[]
}
