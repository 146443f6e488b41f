package io.bridge.examples;

import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.CoroutineScope;
import io.bridge.examples.StructuredTest.FirstToEnd;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pairs of docs/guide/structured.md for RxJava: old and new code with the same result. */
@Timeout(60)
class StructuredRxJavaTest {

  record Page(String user, int orders) {}

  private final IllegalStateException broken = new IllegalStateException("broken");

  private static String outcome(Maybe<?> maybe) {
    return maybe
        .map(Object::toString)
        .onErrorReturn(e -> "failed: " + e.getMessage())
        .defaultIfEmpty("empty")
        .blockingGet();
  }

  // tag::zip-old[]
  static Single<Page> pageReactive(Single<String> user, Single<Integer> orders) {
    return Single.zip(user, orders, Page::new);
  }

  // end::zip-old[]

  // tag::zip-new[]
  static Single<Page> page(Single<String> user, Single<Integer> orders) {
    return single(() -> awaitAll(awaitable(user), awaitable(orders), Page::new));
  }

  // end::zip-new[]

  @Test
  @DisplayName("Single.zip")
  void zip() {
    Single<String> user = Single.just("ann").hide();
    for (Single<Integer> orders : List.<Single<Integer>>of(Single.just(3), Single.error(broken))) {
      assertThat(outcome(page(user, orders).toMaybe()))
          .isEqualTo(outcome(pageReactive(user, orders).toMaybe()));
    }
    assertThat(page(user, Single.just(3)).blockingGet()).isEqualTo(new Page("ann", 3));
  }

  // tag::amb-old[]
  static Single<String> fastestReactive(Single<String> near, Single<String> far) {
    return Single.ambArray(near, far);
  }

  // end::amb-old[]

  // tag::amb-new[]
  static Single<String> fastest(Single<String> near, Single<String> far) {
    return single(() -> awaitAny(awaitable(near), awaitable(far)));
  }

  // end::amb-new[]

  @Test
  @DisplayName("Single.ambArray")
  void amb() {
    Single<String> far = Single.just("far");
    assertThat(fastestReactive(Single.never(), far).blockingGet()).isEqualTo("far");
    assertThat(fastest(Single.never(), far).blockingGet()).isEqualTo("far");
    // the difference
    assertThat(outcome(fastestReactive(Single.error(broken), far).toMaybe()))
        .isEqualTo("failed: broken");
    assertThat(outcome(fastest(Single.error(broken), far).toMaybe())).isEqualTo("far");
  }

  // tag::maybe-old[]
  static Maybe<String> firstReactive(Maybe<String> cache, Maybe<String> database) {
    return Maybe.ambArray(cache, database);
  }

  // end::maybe-old[]

  // tag::maybe-new[]
  static Maybe<String> first(Maybe<String> cache, Maybe<String> database) {
    return maybe(() -> {
      try (var scope = CoroutineScope.open(new FirstToEnd<Optional<String>>())) {
        scope.fork(() -> awaitOptional(cache));
        scope.fork(() -> awaitOptional(database));
        return scope.join().orElse(null);
      }
    });
  }

  // end::maybe-new[]

  @Test
  @DisplayName("Maybe.ambArray")
  void ambMaybe() {
    for (Maybe<String> cache :
        List.<Maybe<String>>of(Maybe.just("cached"), Maybe.empty(), Maybe.error(broken))) {
      assertThat(outcome(first(cache, Maybe.never())))
          .isEqualTo(outcome(firstReactive(cache, Maybe.never())));
    }
    assertThat(outcome(first(Maybe.empty(), Maybe.never()))).isEqualTo("empty");
  }

  @Test
  @DisplayName("Completable.mergeArray")
  void merge() {
    Queue<String> done = new ConcurrentLinkedQueue<>();
    Completable audit = Completable.fromAction(() -> done.add("audit")).hide();
    Completable stock = Completable.fromAction(() -> done.add("stock")).hide();
    // tag::merge-old[]
    Completable oldSteps = Completable.mergeArray(audit, stock);
    // end::merge-old[]
    // tag::merge-new[]
    Completable newSteps =
        completable(() -> {
          awaitAll(awaitable(audit), awaitable(stock));
        });
    // end::merge-new[]
    oldSteps.blockingAwait();
    newSteps.blockingAwait();
    assertThat(done).containsExactlyInAnyOrder("audit", "stock", "audit", "stock");
  }
}
