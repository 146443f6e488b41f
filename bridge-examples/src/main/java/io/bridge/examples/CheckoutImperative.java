package io.bridge.examples;

import static io.bridge.Coroutine.shield;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.examples.Statements.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;

import io.bridge.examples.Order.Line;
import io.r2dbc.spi.Connection;
import reactor.core.publisher.Mono;

/**
 * The checkout as plain code: a transaction, a loop, an if, a try. Nothing here blocks a thread.
 */
record CheckoutImperative(Database database, PriceFeed prices, Bank bank) implements Checkout {

  // tag::checkout[]
  @Override
  public Mono<Receipt> checkout(Order order) {
    return mono(() -> {
      Connection connection = awaitSingle(database.connect()); // R2DBC
      try {
        await(connection.beginTransaction());
        Receipt receipt = sell(connection, order);
        await(connection.commitTransaction());
        return receipt;
      } catch (Refused refused) {
        await(connection.rollbackTransaction());
        await(insertRefusal(connection, refused)); // outside the transaction, so it stays
        throw refused;
      } finally {
        shield(() -> close(connection)); // also when the client hung up
      }
    });
  }

  private Receipt sell(Connection connection, Order order) {
    await(insertOrder(connection, order));
    long total = 0;
    for (Line line : order.lines()) {
      if (!awaitSingle(takeFromStock(connection, line))) {
        throw new Refused(Outcome.OUT_OF_STOCK, order.id());
      }
      long price = awaitFirst(prices.of(line.product())); // RxJava Flowable
      await(insertLine(connection, order, line, price));
      total += price * line.quantity();
    }
    awaitOrCancel(bank.charge(order, total)); // CompletableFuture of the JDK's HttpClient
    await(insertPayment(connection, order, total));
    return new Receipt(order.id(), total);
  }

  private void close(Connection connection) {
    await(connection.rollbackTransaction()); // does nothing after a commit
    await(connection.close());
  }
  // end::checkout[]
}
