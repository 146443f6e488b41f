package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.fixtures.Cardinality;
import io.bridge.fixtures.HostileScripts;
import io.bridge.fixtures.Protocol;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A1 A5 A11 A12 every script of four signals ends as the contract says")
@Timeout(120)
class HostileScriptsTest {

  static Stream<HostileScripts<?>.Suite> suites() {
    return Stream.of(flowables(), observables(), singles(), maybes(), completables())
        .flatMap(HostileScripts::suites);
  }

  private static HostileScripts<Flowable<String>> flowables() {
    return new HostileScripts<Flowable<String>>("Flowable", Protocol.PUBLISHER, Scripted::flowable)
        .await("await", Cardinality.AWAIT, s -> Await.await(s))
        .await("awaitAll", Cardinality.AWAIT, s -> Await.awaitAll(Await.awaitable(s)).get(0))
        .await("awaitSingle", Cardinality.SINGLE, s -> Await.awaitSingle(s))
        .await("awaitOptional", Cardinality.OPTIONAL, s -> Await.awaitOptional(s))
        .await("awaitFirst", Cardinality.FIRST, s -> Await.awaitFirst(s))
        .await("awaitFirstOrNull", Cardinality.FIRST_OR_NULL, s -> Await.awaitFirstOrNull(s))
        .await(
            "awaitFirstOrElse",
            Cardinality.FIRST_OR_ELSE,
            s -> Await.awaitFirstOrElse(s, () -> "else"))
        .await("awaitLast", Cardinality.LAST, s -> Await.awaitLast(s))
        .await("awaitLastOrNull", Cardinality.LAST_OR_NULL, s -> Await.awaitLastOrNull(s))
        .await("awaitList", Cardinality.LIST, s -> Await.awaitList(s))
        .await(
            "awaitCollect", Cardinality.COLLECT, s -> Await.awaitCollect(s, Collectors.joining()))
        .await(
            "awaitCompletion",
            Cardinality.COMPLETION,
            s -> {
              Await.awaitCompletion(s);
              return null;
            });
  }

  private static HostileScripts<Observable<String>> observables() {
    return new HostileScripts<Observable<String>>(
            "Observable", Protocol.OBSERVABLE, Scripted::observable)
        .await("awaitAll", Cardinality.AWAIT, s -> Await.awaitAll(RxJavaBridge.awaitable(s)).get(0))
        .await("await", Cardinality.AWAIT, s -> RxJavaBridge.await(s))
        .await("awaitSingle", Cardinality.SINGLE, s -> RxJavaBridge.awaitSingle(s))
        .await("awaitOptional", Cardinality.OPTIONAL, s -> RxJavaBridge.awaitOptional(s))
        .await("awaitFirst", Cardinality.FIRST, s -> RxJavaBridge.awaitFirst(s))
        .await("awaitFirstOrNull", Cardinality.FIRST_OR_NULL, s -> RxJavaBridge.awaitFirstOrNull(s))
        .await(
            "awaitFirstOrElse",
            Cardinality.FIRST_OR_ELSE,
            s -> RxJavaBridge.awaitFirstOrElse(s, () -> "else"))
        .await("awaitLast", Cardinality.LAST, s -> RxJavaBridge.awaitLast(s))
        .await("awaitLastOrNull", Cardinality.LAST_OR_NULL, s -> RxJavaBridge.awaitLastOrNull(s))
        .await("awaitList", Cardinality.LIST, s -> RxJavaBridge.awaitList(s))
        .await(
            "awaitCollect",
            Cardinality.COLLECT,
            s -> RxJavaBridge.awaitCollect(s, Collectors.joining()))
        .await(
            "awaitCompletion",
            Cardinality.COMPLETION,
            s -> {
              RxJavaBridge.awaitCompletion(s);
              return null;
            });
  }

  private static HostileScripts<Single<String>> singles() {
    return new HostileScripts<Single<String>>("Single", Protocol.SINGLE, Scripted::single)
        .await("awaitAll", Cardinality.AWAIT, s -> Await.awaitAll(RxJavaBridge.awaitable(s)).get(0))
        .await("await", Cardinality.AWAIT, s -> RxJavaBridge.await(s));
  }

  private static HostileScripts<Maybe<String>> maybes() {
    return new HostileScripts<Maybe<String>>("Maybe", Protocol.MAYBE, Scripted::maybe)
        .await("awaitAll", Cardinality.AWAIT, s -> Await.awaitAll(RxJavaBridge.awaitable(s)).get(0))
        .await("await", Cardinality.AWAIT, s -> RxJavaBridge.await(s))
        .await("awaitSingle", Cardinality.SINGLE, s -> RxJavaBridge.awaitSingle(s))
        .await("awaitOptional", Cardinality.OPTIONAL, s -> RxJavaBridge.awaitOptional(s));
  }

  private static HostileScripts<Completable> completables() {
    return new HostileScripts<Completable>(
            "Completable", Protocol.COMPLETABLE, Scripted::completable)
        .await(
            "awaitAll",
            Cardinality.COMPLETION,
            s -> Await.awaitAll(RxJavaBridge.awaitable(s)).get(0))
        .await(
            "await",
            Cardinality.COMPLETION,
            s -> {
              RxJavaBridge.await(s);
              return null;
            });
  }

  private final Lost lost = new Lost();

  @AfterEach
  void close() {
    lost.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("suites")
  @DisplayName("A11 A12 the first legal outcome wins, the rest goes to RxJava's hook")
  void scripts(HostileScripts<?>.Suite suite) throws Exception {
    suite.play(lost.ofRxJava, lost.values);
    assertThat(lost.failures).isEmpty();
  }
}
