package io.bridge.examples;

import static java.util.Objects.requireNonNull;

import io.bridge.examples.Order.Line;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The SQL of the shop, shared by both styles; nothing runs before somebody subscribes. */
final class Statements {

  private Statements() {}

  /** Draws an order number, which stays used even if the order is rolled back, and inserts it. */
  static Mono<Long> insertOrder(Connection connection, Order order) {
    return update(
        connection,
        "INSERT INTO orders (number, id) VALUES (NEXT VALUE FOR order_number, $1)",
        order.id());
  }

  static Mono<Long> insertLine(Connection connection, Order order, Line line, long price) {
    return update(
        connection,
        "INSERT INTO order_lines (order_id, product, quantity, price) VALUES ($1, $2, $3, $4)",
        order.id(),
        line.product(),
        line.quantity(),
        price);
  }

  static Mono<Long> insertPayment(Connection connection, Order order, long total) {
    return update(
        connection, "INSERT INTO payments (order_id, total) VALUES ($1, $2)", order.id(), total);
  }

  static Mono<Long> insertRefusal(Connection connection, Refused refused) {
    return update(
        connection, "INSERT INTO refusals (reason) VALUES ($1)", refused.outcome().name());
  }

  /** Takes the pieces of {@code line} from the stock; false, and no change, if there are fewer. */
  static Mono<Boolean> takeFromStock(Connection connection, Line line) {
    String sql = "UPDATE stock SET pieces = pieces - $1 WHERE product = $2 AND pieces >= $1";
    return update(connection, sql, line.quantity(), line.product()).map(rows -> rows == 1);
  }

  /** Runs {@code sql} and returns how many rows it changed. */
  static Mono<Long> update(Connection connection, String sql, Object... values) {
    return Flux.defer(() -> bind(connection.createStatement(sql), values).execute())
        .concatMap(Result::getRowsUpdated)
        .reduce(0L, Long::sum);
  }

  /** Runs {@code sql} and returns the first column of each row. */
  static Flux<Long> query(Connection connection, String sql) {
    return Flux.defer(() -> connection.createStatement(sql).execute())
        .concatMap(result -> result.map(row -> requireNonNull(row.get(0, Long.class))));
  }

  private static Statement bind(Statement statement, Object... values) {
    for (int i = 0; i < values.length; i++) {
      statement.bind(i, values[i]);
    }
    return statement;
  }
}
