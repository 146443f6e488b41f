package io.bridge.examples;

import io.bridge.examples.Order.Line;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Which customer orders what, and what must come of it. Nothing is random: of ten customers seven
 * buy, one has an empty card, one wants more than there is, and one hangs up half-way.
 */
record Plan(List<Order> orders) {

  private static final int SHELVES = 280;
  private static final int LINES = 3;

  static final int PRODUCTS = SHELVES * LINES;
  static final int PIECES = 10_000;

  Plan {
    orders = List.copyOf(orders);
  }

  static Plan of(int checkouts) {
    return new Plan(IntStream.range(0, checkouts).mapToObj(Plan::order).toList());
  }

  private static Order order(int id) {
    return switch (id % 10) {
      case 3 -> new Order(id, Card.EMPTY, lines(id, 1));
      case 6 -> new Order(id, Card.GOOD, lines(id, PIECES)); // the last line cannot be served
      case 9 -> new Order(id, Card.STUCK, lines(id, 1));
      default -> new Order(id, Card.GOOD, lines(id, 1));
    };
  }

  /**
   * Three products of one shelf. Customers that are {@link #SHELVES} apart want the same ones, so
   * their transactions wait for each other; all take them in the same order and never deadlock.
   */
  private static List<Line> lines(int id, int factorOfLast) {
    int product = (id % SHELVES) * LINES;
    return List.of(
        new Line(product, 1 + id % 4),
        new Line(product + 1, 1),
        new Line(product + 2, 2 * factorOfLast));
  }

  /** What comes of {@code order}. */
  static Outcome outcome(Order order) {
    if (order.lines().stream().anyMatch(line -> line.quantity() > PIECES)) {
      return Outcome.OUT_OF_STOCK;
    }
    return switch (order.card()) {
      case GOOD -> Outcome.ACCEPTED;
      case EMPTY -> Outcome.DECLINED;
      case STUCK -> Outcome.CANCELLED;
    };
  }

  /** What every round must report. */
  Figures expected() {
    Figures figures = new Figures();
    for (Outcome outcome : Outcome.values()) {
      figures.set(Figure.seenByClient(outcome), count(outcome));
      figures.set(Figure.seenByShop(outcome), count(outcome));
    }
    List<Order> kept = orders.stream().filter(is(Outcome.ACCEPTED)).toList();
    figures.set(Figure.BANK_ASKED, orders.size() - count(Outcome.OUT_OF_STOCK));
    figures.set(Figure.BANK_HUNG_UP, count(Outcome.CANCELLED));
    figures.set(Figure.ORDERS_BEGUN, orders.size());
    figures.set(Figure.ORDERS_KEPT, kept.size());
    figures.set(Figure.ORDERS_LISTED, kept.size());
    figures.set(Figure.PAYMENTS_KEPT, kept.size());
    figures.set(Figure.LINES_KEPT, kept.stream().mapToLong(order -> order.lines().size()).sum());
    figures.set(Figure.REFUSALS_KEPT, count(Outcome.DECLINED) + count(Outcome.OUT_OF_STOCK));
    int sold = kept.stream().mapToInt(Order::pieces).sum();
    figures.set(Figure.STOCK_LEFT, PRODUCTS * PIECES - sold);
    return figures;
  }

  private long count(Outcome outcome) {
    return orders.stream().filter(is(outcome)).count();
  }

  private static Predicate<Order> is(Outcome outcome) {
    return order -> outcome(order) == outcome;
  }
}
