package io.bridge.integration;

import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One table in a database of its own, behind R2DBC. */
final class Ledger {

  private final DatabaseClient client;

  Ledger(DatabaseClient client) {
    this.client = client;
  }

  static ConnectionFactory newDatabase() {
    return ConnectionFactories.get(
        "r2dbc:h2:mem:///" + UUID.randomUUID() + "?options=DB_CLOSE_DELAY=-1");
  }

  Mono<Void> create() {
    return client.sql("create table entry (id varchar primary key)").then();
  }

  Mono<Void> add(String id) {
    return client.sql("insert into entry values (:id)").bind("id", id).then();
  }

  Mono<Void> clear() {
    return client.sql("delete from entry").then();
  }

  Flux<String> all() {
    return client.sql("select id from entry order by id").map(Ledger::id).all();
  }

  /** What everybody sees: read outside of any transaction. */
  List<String> committed() {
    List<String> ids = all().collectList().block();
    return ids == null ? List.of() : ids;
  }

  private static String id(io.r2dbc.spi.Readable row) {
    @Nullable String id = row.get("id", String.class);
    return String.valueOf(id);
  }
}
