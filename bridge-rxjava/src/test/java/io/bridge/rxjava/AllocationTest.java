package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.await;
import static io.bridge.rxjava.RxJavaBridge.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Allocation;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A4 what an await of RxJava's types allocates at most")
@Timeout(120)
class AllocationTest {

  @Test
  @DisplayName("A4 nothing for Maybe.just, Flowable.just, Observable.just")
  void await_scalar_nothing() {
    Maybe<Integer> maybe = Maybe.just(1);
    Flowable<Integer> flowable = Flowable.just(1);
    Observable<Integer> observable = Observable.just(1);

    assertThat(Allocation.bytesOf(() -> awaitSingle(maybe))).isZero();
    assertThat(Allocation.bytesOf(() -> awaitSingle(flowable))).isZero();
    assertThat(Allocation.bytesOf(() -> awaitSingle(observable))).isZero();
  }

  @Test
  @DisplayName("A4 one observer for the others")
  void await_completed_oneObserver() {
    Single<Integer> single = Single.just(1);
    Completable completable = Completable.complete();

    assertThat(Allocation.bytesOf(() -> await(single))).isLessThanOrEqualTo(40);
    assertThat(Allocation.bytesOf(() -> await(completable))).isLessThanOrEqualTo(40);
  }
}
