package io.bridge.examples;

/** One number of the report: the plan says what it must be, a round says what it was. */
enum Figure {
  CLIENT_ACCEPTED("customers: accepted"),
  CLIENT_DECLINED("customers: declined by the bank"),
  CLIENT_OUT_OF_STOCK("customers: out of stock"),
  CLIENT_CANCELLED("customers: hung up half-way"),
  SHOP_ACCEPTED("shop: committed"),
  SHOP_DECLINED("shop: declined, rolled back"),
  SHOP_OUT_OF_STOCK("shop: out of stock, rolled back"),
  SHOP_CANCELLED("shop: cancelled, rolled back"),
  BANK_ASKED("bank: charges asked for"),
  BANK_HUNG_UP("bank: callers that hung up"),
  ORDERS_BEGUN("database: orders inserted"),
  ORDERS_KEPT("database: orders after rollback"),
  LINES_KEPT("database: order lines"),
  PAYMENTS_KEPT("database: payments"),
  REFUSALS_KEPT("database: refusals noted"),
  STOCK_LEFT("database: pieces left on stock"),
  UNPAID("database: receipts minus payments"),
  ORDERS_LISTED("orders streamed back over HTTP"),
  HANDLERS_RUNNING("left over: coroutines in handlers"),
  CONNECTIONS_OPEN("left over: database connections"),
  STRAY_ERRORS("left over: errors nobody received");

  private final String label;

  Figure(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  static Figure seenByClient(Outcome outcome) {
    return switch (outcome) {
      case ACCEPTED -> CLIENT_ACCEPTED;
      case DECLINED -> CLIENT_DECLINED;
      case OUT_OF_STOCK -> CLIENT_OUT_OF_STOCK;
      case CANCELLED -> CLIENT_CANCELLED;
    };
  }

  static Figure seenByShop(Outcome outcome) {
    return switch (outcome) {
      case ACCEPTED -> SHOP_ACCEPTED;
      case DECLINED -> SHOP_DECLINED;
      case OUT_OF_STOCK -> SHOP_OUT_OF_STOCK;
      case CANCELLED -> SHOP_CANCELLED;
    };
  }
}
