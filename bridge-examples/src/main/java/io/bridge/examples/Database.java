package io.bridge.examples;

import static io.bridge.examples.Statements.query;
import static io.bridge.examples.Statements.update;
import static io.bridge.reactor.ReactorBridge.*;

import io.r2dbc.h2.H2ConnectionConfiguration;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An H2 database in memory, reached through R2DBC; it lasts from {@link #open} to {@link #close}.
 */
final class Database implements AutoCloseable {

  private static final List<String> SCHEMA =
      List.of(
          "SET DEFAULT_LOCK_TIMEOUT 20000",
          "CREATE SEQUENCE order_number",
          "CREATE TABLE orders (number BIGINT PRIMARY KEY, id BIGINT UNIQUE)",
          "CREATE TABLE order_lines (order_id BIGINT, product INT, quantity INT, price BIGINT)",
          "CREATE TABLE payments (order_id BIGINT UNIQUE, total BIGINT)",
          "CREATE TABLE refusals (reason VARCHAR(20))",
          "CREATE TABLE stock (product INT PRIMARY KEY, pieces INT)");

  private final ConnectionFactory connections;

  private Database(ConnectionFactory connections) {
    this.connections = connections;
  }

  /** Creates an empty database with {@code pieces} of each of {@code products} on stock. */
  static Database open(String name, int products, int pieces) {
    H2ConnectionConfiguration inMemory =
        H2ConnectionConfiguration.builder().inMemory(name).property("DB_CLOSE_DELAY", "-1").build();
    Database database = new Database(new H2ConnectionFactory(inMemory));
    database.create(products, pieces);
    return database;
  }

  private void create(int products, int pieces) {
    Connection connection = awaitSingle(connect());
    try {
      for (String sql : SCHEMA) {
        await(update(connection, sql));
      }
      await(
          update(
              connection,
              "INSERT INTO stock SELECT X, $2 FROM SYSTEM_RANGE(0, $1 - 1)",
              products,
              pieces));
    } finally {
      await(connection.close());
    }
  }

  /** Opens a connection; the subscriber closes it. */
  Mono<Connection> connect() {
    return Mono.from(connections.create());
  }

  /** Asks for the numbers in the first column of what {@code sql} selects. */
  Flux<Long> select(String sql) {
    return Flux.usingWhen(connect(), connection -> query(connection, sql), Connection::close);
  }

  /** Waits for the one number that {@code sql} selects. */
  long number(String sql) {
    return awaitSingle(select(sql));
  }

  /** Counts the connections that are open beside the one that asks, as the database sees it. */
  long openConnections() {
    return number("SELECT COUNT(*) - 1 FROM INFORMATION_SCHEMA.SESSIONS");
  }

  /** Shuts the database down and forgets its contents. */
  @Override
  public void close() {
    Connection connection = awaitSingle(connect());
    await(update(connection, "SHUTDOWN IMMEDIATELY"));
  }
}
