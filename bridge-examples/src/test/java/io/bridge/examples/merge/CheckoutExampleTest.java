package io.bridge.examples.merge;

import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivex.rxjava3.core.Single;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** The example of contract section 1, compiled as it stands there, and run. */
class CheckoutExampleTest {

  record Cart(int items) {
    int total(Rate rate) {
      return items * rate.cents();
    }
  }

  record Rate(int cents) {}

  record Stock(int items) {
    boolean covers(Cart cart) {
      return items >= cart.items();
    }
  }

  record Receipt(int cents) {}

  static final class OutOfStock extends Exception {
    private static final long serialVersionUID = 1L;

    OutOfStock(Cart cart) {
      super(cart.toString());
    }
  }

  static final class Audit {
    final List<Cart> carts = Collections.synchronizedList(new ArrayList<>());

    Mono<Void> record(Cart cart) {
      return Mono.fromRunnable(() -> carts.add(cart));
    }
  }

  static final class Payments {
    Mono<Receipt> charge(int cents) {
      return Mono.just(new Receipt(cents));
    }
  }

  private final Audit audit = new Audit();
  private final Payments payments = new Payments();

  // tag::checkout[]
  Mono<Receipt> checkout(
      Mono<Cart> cartMono, Single<Rate> rateSingle, CompletableFuture<Stock> stockFuture) {
    return mono(() -> {
      Cart cart = awaitSingle(cartMono); // empty is an error here
      Rate rate = await(rateSingle);
      Stock stock = await(stockFuture);
      if (!stock.covers(cart)) {
        throw new OutOfStock(cart);
      }
      await(audit.record(cart)); // Mono<Void>
      return awaitSingle(payments.charge(cart.total(rate)));
    });
  }

  // end::checkout[]

  @Test
  @DisplayName("section 1: three ecosystems in one body, awaited with one name")
  void accepted() {
    Mono<Receipt> checkout =
        checkout(
            Mono.just(new Cart(3)),
            Single.timer(1, TimeUnit.MILLISECONDS).map(ticks -> new Rate(7)),
            CompletableFuture.supplyAsync(() -> new Stock(3)));

    assertThat(awaitSingle(checkout)).isEqualTo(new Receipt(21));
    assertThat(audit.carts).containsExactly(new Cart(3));
  }

  @Test
  @DisplayName("section 1: a checked failure of the body is the failure of the Mono")
  void outOfStock() {
    Mono<Receipt> checkout =
        checkout(
            Mono.just(new Cart(3)),
            Single.just(new Rate(7)),
            CompletableFuture.completedFuture(new Stock(2)));

    assertThatThrownBy(() -> await(checkout)).hasCauseInstanceOf(OutOfStock.class);
    assertThat(audit.carts).isEmpty();
  }
}
