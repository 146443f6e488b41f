package io.bridge.integration;

import static io.bridge.reactor.ReactorBridge.*;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.Publishers;
import io.bridge.completablefuture.CompletableFutureBridge;
import io.bridge.fixtures.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * C2: Spring's reactive transactions over R2DBC live in the subscriber's Context; a body and all
 * that it awaits is inside, a {@code block()} is not.
 */
@ParameterizedClass(name = "automatic propagation {0}")
@ValueSource(booleans = {false, true})
@Timeout(60)
class TransactionTest {

  /** What a failing body throws. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** What a failing source signals. */
  private static final class Checked extends Exception {
    private static final long serialVersionUID = 1;
  }

  /** Called by others, with a transaction of its own or inside theirs. */
  static class Audit {

    private final Ledger ledger;

    Audit(Ledger ledger) {
      this.ledger = ledger;
    }

    // tag::audit[]
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public Mono<Void> record(String what) {
      return mono(() -> await(ledger.add(what)));
    }

    // end::audit[]

    @Transactional(propagation = Propagation.MANDATORY)
    public Mono<Void> within(String what) {
      return mono(() -> await(ledger.add(what)));
    }
  }

  static class Transfers {

    private final Ledger ledger;
    private final Audit audit;

    Transfers(Ledger ledger, Audit audit) {
      this.ledger = ledger;
      this.audit = audit;
    }

    // tag::naive[]
    @Transactional
    public Mono<Void> naive() {
      return Mono.<Void>fromRunnable(
              () -> {
                ledger.add("debit").block(); // another connection, committed at once
                throw new Refused();
              })
          .subscribeOn(Schedulers.boundedElastic());
    }

    // end::naive[]

    // tag::ours[]
    @Transactional
    public Mono<Void> ours() {
      return mono(() -> {
        await(ledger.add("debit")); // in the transaction
        throw new Refused(); // which rolls back
      });
    }

    // end::ours[]

    /** The chain, then a body, then bodies of two libraries. */
    private List<Mono<Void>> failing(Throwable failure) {
      Mono<Void> chain = ledger.add("debit").then(Mono.error(failure));
      return List.of(
          chain,
          mono(() -> await(chain)),
          mono(() ->
              CompletableFutureBridge.<@Nullable Void>await(
                  CompletableFutureBridge.<@Nullable Void>future(() -> await(chain)))));
    }

    @Transactional(rollbackFor = Exception.class, noRollbackFor = Checked.class)
    public Mono<Void> noRollbackFor(int form, Throwable failure) {
      return failing(failure).get(form);
    }

    @Transactional
    public Mono<Void> byDefault(int form, Throwable failure) {
      return failing(failure).get(form);
    }

    @Transactional
    public Mono<List<String>> committing(AtomicBoolean seenOutside) {
      return mono(() -> {
        await(ledger.add("debit"));
        seenOutside.set(!ledger.committed().isEmpty()); // a block(), so another connection
        await(ledger.add("credit"));
        return awaitList(ledger.all());
      });
    }

    // tag::nested[]
    @Transactional
    public Mono<Void> audited() {
      return mono(() -> {
        await(ledger.add("debit"));
        await(audit.record("tried")); // REQUIRES_NEW: commits on a connection of its own
        throw new Refused(); // takes the debit back, not the record
      });
    }

    // end::nested[]

    @Transactional
    public Mono<Void> mandatory() {
      return mono(() -> {
        await(audit.within("inner"));
        throw new Refused();
      });
    }

    @Transactional
    public Mono<Void> mandatoryNaive() {
      return Mono.<Void>fromRunnable(() -> audit.within("inner").block())
          .subscribeOn(Schedulers.boundedElastic());
    }

    @Transactional
    public Flux<String> streamed(boolean failing) {
      return flux((Emitter<String> items) -> {
        await(ledger.add("a"));
        await(ledger.add("b"));
        try (Cursor<String> ids = Publishers.iterate(ledger.all())) {
          for (String id : ids) {
            items.emit(id);
          }
        }
        if (failing) {
          throw new Refused();
        }
      });
    }

    @Transactional
    public Mono<Void> hanging(Runnable inside) {
      return mono(() -> {
        await(ledger.add("debit"));
        inside.run();
        await(Mono.never());
      });
    }

    @Transactional
    public Mono<Void> tooLate() {
      return mono(() -> {
        await(ledger.add("debit"));
        Coroutine.withTimeout(
            Duration.ofMillis(20),
            () -> {
              await(Mono.never());
            });
      });
    }

    // tag::forks[]
    @Transactional
    public Mono<Void> forking() {
      return mono(() -> {
        try (var scope = CoroutineScope.open()) {
          scope.fork(() -> {
            await(ledger.add("first")); // in this transaction
          });
          scope.join(); // one statement at a time: it is one connection
          scope.fork(() -> {
            await(audit.record("aside")); // on a connection of its own
          });
          scope.join();
        }
        throw new Refused(); // takes back "first"
      });
    }

    // end::forks[]

    @Transactional
    public Mono<Void> elsewhere() {
      return mono(() -> {
        Coroutine.runOn(
            Schedulers.boundedElastic()::schedule,
            () -> {
              await(ledger.add("elsewhere"));
            });
        await(ledger.all().transform(mapAwait(1, id -> await(ledger.add(id + " again")))).then());
        retry(
            Retry.max(1),
            () -> {
              await(ledger.add("retried"));
            });
        throw new Refused();
      });
    }

    @Transactional
    public Mono<Coroutine<@Nullable Void>> leaving(CountDownLatch committed) {
      return mono(() ->
          Coroutine.start(() -> {
            committed.await();
            await(ledger.add("late"));
            throw new Refused();
          }));
    }

    @Transactional
    public Mono<Void> startedAside() {
      return mono(() -> {
        Coroutine.start(
                () -> {
                  await(ledger.add("started"));
                })
            .await();
        throw new Refused();
      });
    }
  }

  @Parameter boolean automatic;

  private final AnnotationConfigApplicationContext context =
      new AnnotationConfigApplicationContext(LedgerConfig.class, Audit.class, Transfers.class);
  private final Ledger ledger = context.getBean(Ledger.class);
  private final Transfers transfers = context.getBean(Transfers.class);

  @BeforeParameterizedClassInvocation
  static void hook(boolean automatic) {
    AutomaticPropagation.set(automatic);
  }

  @AfterParameterizedClassInvocation
  static void unhook() {
    AutomaticPropagation.set(false);
  }

  @BeforeEach
  void table() {
    ledger.create().block();
  }

  @AfterEach
  void close() {
    context.close();
  }

  private void refused(Mono<?> mono) {
    assertThatThrownBy(mono::block).isInstanceOf(Refused.class);
  }

  @Test
  @DisplayName("C2: @Transactional: the row of a block() survives the rollback, ours does not")
  void annotatedRollback() {
    refused(transfers.naive());
    assertThat(ledger.committed()).containsExactly("debit");
    ledger.clear().block();

    refused(transfers.ours());
    assertThat(ledger.committed()).isEmpty();
  }

  @Test
  @DisplayName("A7 (2): the rules of @Transactional see the source's failure, as in the chain")
  void rollbackRules() {
    for (int form = 0; form < 3; form++) {
      int body = form;
      assertThat(rows(transfers.noRollbackFor(body, new Checked()))).containsExactly("debit");
      assertThat(rows(transfers.noRollbackFor(body, new Exception()))).isEmpty();
      assertThat(rows(transfers.noRollbackFor(body, new Refused()))).isEmpty();
      assertThat(rows(transfers.byDefault(body, new Checked()))).containsExactly("debit");
      assertThat(rows(transfers.byDefault(body, new Refused()))).isEmpty();
    }
  }

  /** What a failing method has committed; the table is empty afterwards. */
  private List<String> rows(Mono<Void> failing) {
    assertThatThrownBy(failing::block).isNotNull();
    List<String> rows = ledger.committed();
    ledger.clear().block();
    return rows;
  }

  @Test
  @DisplayName("C2: TransactionalOperator: the same")
  void operatorRollback() {
    TransactionalOperator inTransaction =
        TransactionalOperator.create(context.getBean(ReactiveTransactionManager.class));
    Mono<Void> naive =
        Mono.<Void>fromRunnable(
                () -> {
                  ledger.add("debit").block();
                  throw new Refused();
                })
            .subscribeOn(Schedulers.boundedElastic());
    refused(naive.as(inTransaction::transactional));
    assertThat(ledger.committed()).containsExactly("debit");
    ledger.clear().block();

    // tag::operator[]
    Mono<Void> ours =
        mono(() -> {
          await(ledger.add("debit"));
          throw new Refused();
        });
    refused(ours.as(inTransaction::transactional));
    // end::operator[]
    assertThat(ledger.committed()).isEmpty();
  }

  @Test
  @DisplayName("C2: TransactionalOperator inside a body, around what it awaits")
  void operatorInside() {
    TransactionalOperator inTransaction =
        TransactionalOperator.create(context.getBean(ReactiveTransactionManager.class));
    Mono<Void> ours =
        mono(() -> {
          await(ledger.add("before"));
          Mono<Void> part =
              mono(() -> {
                await(ledger.add("debit"));
                throw new Refused();
              });
          await(inTransaction.transactional(part)); // await(part.as(…)) is ambiguous
        });
    refused(ours);
    assertThat(ledger.committed()).containsExactly("before");
  }

  @Test
  @DisplayName("C2: a body that returns commits; before that nobody else sees its rows")
  void commit() {
    AtomicBoolean seenOutside = new AtomicBoolean();
    assertThat(transfers.committing(seenOutside).block()).containsExactly("credit", "debit");
    assertThat(seenOutside).isFalse();
    assertThat(ledger.committed()).containsExactly("credit", "debit");
  }

  @Test
  @DisplayName("C2: REQUIRES_NEW inside a body commits alone, MANDATORY finds the transaction")
  void nested() {
    refused(transfers.audited());
    assertThat(ledger.committed()).containsExactly("tried");

    assertThatThrownBy(() -> transfers.mandatoryNaive().block())
        .isInstanceOf(IllegalTransactionStateException.class);
    refused(transfers.mandatory());
    assertThat(ledger.committed()).containsExactly("tried");
  }

  @Test
  @DisplayName("C2: a flux body and a loop inside it are in the transaction")
  void stream() {
    List<String> seen = new ArrayList<>();
    assertThatThrownBy(() -> transfers.streamed(true).doOnNext(seen::add).blockLast())
        .isInstanceOf(Refused.class);
    assertThat(seen).containsExactly("a", "b");
    assertThat(ledger.committed()).isEmpty();

    assertThat(transfers.streamed(false).collectList().block()).containsExactly("a", "b");
    assertThat(ledger.committed()).containsExactly("a", "b");
  }

  @Test
  @DisplayName("C2: cancelling the subscriber rolls back")
  void cancel() {
    AtomicBoolean inside = new AtomicBoolean();
    Disposable subscription = transfers.hanging(() -> inside.set(true)).subscribe();
    Eventually.until("the body awaits", inside::get);
    subscription.dispose();
    Eventually.until("the row is free again", () -> free("debit"));
    assertThat(ledger.committed()).containsExactly("debit");
  }

  private boolean free(String id) {
    try {
      ledger.add(id).block();
      return true;
    } catch (ConcurrencyFailureException stillLocked) {
      return false;
    }
  }

  @Test
  @DisplayName("C2: a timeout inside the body rolls back")
  void timeout() {
    assertThatThrownBy(() -> transfers.tooLate().block()).isInstanceOf(AwaitTimeoutException.class);
    assertThat(ledger.committed()).isEmpty();
  }

  @Test
  @DisplayName("C1, C2: forks take part in the transaction, unless they open their own")
  void forks() {
    refused(transfers.forking());
    assertThat(ledger.committed()).containsExactly("aside");
    ledger.clear().block();

    refused(transfers.startedAside());
    assertThat(ledger.committed()).isEmpty();
  }

  @Test
  @DisplayName("C1, C2: a coroutine that outlives the transaction is outside of it")
  void leaving() {
    CountDownLatch committed = new CountDownLatch(1);
    Coroutine<?> left = requireNonNull(transfers.leaving(committed).block());
    committed.countDown();
    assertThatThrownBy(left::await).isInstanceOf(Refused.class);
    assertThat(ledger.committed()).containsExactly("late");
  }

  @Test
  @DisplayName("C2: runOn, mapAwait and retry stay inside the transaction")
  void elsewhere() {
    refused(transfers.elsewhere());
    assertThat(ledger.committed()).isEmpty();
  }

  @Test
  @DisplayName("C2: each subscriber has the transaction of its own Context")
  void eachSubscriber() {
    Mono<Void> shared = mono(() -> await(ledger.add("again")));
    TransactionalOperator inTransaction =
        TransactionalOperator.create(context.getBean(ReactiveTransactionManager.class));
    Mono<Void> rolledBack =
        shared.then(Mono.<Void>error(Refused::new)).as(inTransaction::transactional);
    for (int i = 0; i < 3; i++) {
      refused(rolledBack);
    }
    assertThat(ledger.committed()).isEmpty();
    shared.block();
    assertThat(ledger.committed()).containsExactly("again");
  }
}
