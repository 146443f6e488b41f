package io.bridge.integration;

import io.r2dbc.spi.ConnectionFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/** A {@link Ledger} and the transactions of its database. */
@Configuration(proxyBeanMethods = false)
@EnableTransactionManagement
class LedgerConfig {

  @Bean
  ConnectionFactory connections() {
    return Ledger.newDatabase();
  }

  @Bean
  ReactiveTransactionManager transactions(ConnectionFactory connections) {
    return new R2dbcTransactionManager(connections);
  }

  @Bean
  Ledger ledger(ConnectionFactory connections) {
    return new Ledger(DatabaseClient.create(connections));
  }
}
