package io.bridge.integration;

import static io.bridge.reactor.ReactorBridge.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

/** C2, A7: Spring's rules for rollback judge what a body throws. */
@Timeout(60)
class RollbackRulesTest {

  static class Payments {

    private final Ledger ledger;

    Payments(Ledger ledger) {
      this.ledger = ledger;
    }

    // tag::checked[]
    @Transactional
    public Mono<Void> committing() {
      return mono(() -> {
        await(ledger.add("debit"));
        throw new IOException("declined"); // checked: Spring commits
      });
    }

    @Transactional(rollbackFor = Exception.class)
    public Mono<Void> rollingBack() {
      return mono(() -> {
        await(ledger.add("debit"));
        throw new IOException("declined"); // Spring rolls back
      });
    }

    // end::checked[]
  }

  private final AnnotationConfigApplicationContext context =
      new AnnotationConfigApplicationContext(LedgerConfig.class, Payments.class);
  private final Ledger ledger = context.getBean(Ledger.class);
  private final Payments payments = context.getBean(Payments.class);

  @BeforeEach
  void table() {
    ledger.create().block();
  }

  @AfterEach
  void close() {
    context.close();
  }

  private static void declined(Mono<Void> mono) {
    assertThatThrownBy(() -> await(mono)).hasRootCauseInstanceOf(IOException.class);
  }

  @Test
  @DisplayName("C2 A7: a checked failure of a body commits, by Spring's rule, unless rollbackFor")
  void checked() {
    declined(payments.committing());
    assertThat(ledger.committed()).containsExactly("debit");
    ledger.clear().block();

    declined(payments.rollingBack());
    assertThat(ledger.committed()).isEmpty();
  }
}
