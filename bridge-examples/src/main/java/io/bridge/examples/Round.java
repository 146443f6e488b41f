package io.bridge.examples;

import static io.bridge.reactor.ReactorBridge.*;

import java.time.Duration;
import java.util.function.Consumer;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Runs a whole plan through one style of checkout, on servers and a database of its own. */
final class Round implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration GLANCE = Duration.ofMillis(5);
  private static final Duration TELL_EVERY = Duration.ofMillis(500);

  private final StrayErrors strays = new StrayErrors();
  private final Database database;
  private final PriceFeed prices = new PriceFeed();
  private final BankServer bankServer = new BankServer();
  private final Bank bank = new Bank(bankServer.port());
  private final ShopServer shop;
  private final Customers customers;

  private Round(String name, Checkout.Style style) {
    database = Database.open(name, Plan.PRODUCTS, Plan.PIECES);
    shop = new ShopServer(style.over(database, prices, bank), database);
    customers = new Customers(shop, bankServer);
  }

  /**
   * Runs {@code plan} and returns what came of it; everything it started has ended then. Where
   * patience runs out, the figures say what is missing.
   */
  static Result run(String name, Checkout.Style style, Plan plan, Consumer<String> progress) {
    progress.accept(name + ": starting the servers and the database");
    try (Round round = new Round(name, style)) {
      Disposable telling = round.progress(name, plan.orders().size()).subscribe(progress);
      long start = System.nanoTime();
      await(round.customers.buyAll(plan.orders()).timeout(PATIENCE, Mono.empty()));
      await(round.idle().timeout(PATIENCE, Mono.empty()));
      telling.dispose();
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      return new Result(name, round.observe(), took);
    }
  }

  /** Says how many checkouts have ended, whenever that has changed. */
  private Flux<String> progress(String name, int planned) {
    return Flux.interval(TELL_EVERY)
        .map(tick -> customers.tally().total())
        .distinctUntilChanged()
        .map(ended -> name + ": " + ended + " of " + planned + " checkouts have ended");
  }

  /** Ends when the shop and the bank have noticed every customer that hung up. */
  private Mono<Void> idle() {
    return mono(() -> {
      while (shop.running() > 0 || bankServer.running() > 0) {
        await(Mono.delay(GLANCE));
      }
    });
  }

  private Figures observe() {
    Figures figures = new Figures();
    for (Outcome outcome : Outcome.values()) {
      figures.set(Figure.seenByClient(outcome), customers.tally().count(outcome));
      figures.set(Figure.seenByShop(outcome), shop.tally().count(outcome));
    }
    figures.set(Figure.BANK_ASKED, bankServer.charges());
    figures.set(Figure.BANK_HUNG_UP, bankServer.hungUp());
    figures.set(Figure.CONNECTIONS_OPEN, database.openConnections());
    figures.set(Figure.ORDERS_BEGUN, database.number("SELECT NEXT VALUE FOR order_number") - 1);
    figures.set(Figure.ORDERS_KEPT, database.number("SELECT COUNT(*) FROM orders"));
    figures.set(Figure.LINES_KEPT, database.number("SELECT COUNT(*) FROM order_lines"));
    figures.set(Figure.PAYMENTS_KEPT, database.number("SELECT COUNT(*) FROM payments"));
    figures.set(Figure.REFUSALS_KEPT, database.number("SELECT COUNT(*) FROM refusals"));
    figures.set(
        Figure.STOCK_LEFT, database.number("SELECT CAST(SUM(pieces) AS BIGINT) FROM stock"));
    long payments = database.number("SELECT CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM payments");
    figures.set(Figure.UNPAID, customers.paid() - payments);
    figures.set(Figure.ORDERS_LISTED, customers.countOrders());
    figures.set(Figure.HANDLERS_RUNNING, shop.running() + bankServer.running());
    figures.set(Figure.STRAY_ERRORS, strays.count());
    return figures;
  }

  @Override
  public void close() {
    customers.close();
    shop.close();
    bank.close();
    bankServer.close();
    prices.close();
    database.close();
    strays.close();
  }

  /** What came of one round. */
  record Result(String name, Figures figures, Duration took) {}
}
