package io.bridge.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.fixtures.Cardinality;
import io.bridge.fixtures.HostileScripts;
import io.bridge.fixtures.Protocol;
import io.bridge.fixtures.Signals;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@DisplayName("A1 A5 A11 A12 every script of four signals ends as the contract says")
@Timeout(120)
class HostileScriptsTest {

  static final class ScriptedFlux extends Flux<String> {
    private final Consumer<Signals> script;

    ScriptedFlux(Consumer<Signals> script) {
      this.script = script;
    }

    @Override
    public void subscribe(CoreSubscriber<? super String> actual) {
      script.accept(Signals.of(actual));
    }
  }

  static final class ScriptedMono extends Mono<String> {
    private final Consumer<Signals> script;

    ScriptedMono(Consumer<Signals> script) {
      this.script = script;
    }

    @Override
    public void subscribe(CoreSubscriber<? super String> actual) {
      script.accept(Signals.of(actual));
    }
  }

  static Stream<HostileScripts<?>.Suite> suites() {
    return Stream.of(
            published(new HostileScripts<>("Flux", Protocol.FLUX, ScriptedFlux::new)),
            published(
                new HostileScripts<>(
                    "Mono as a Publisher", Protocol.MONO, script -> new ScriptedMono(script))),
            new HostileScripts<Mono<String>>("Mono", Protocol.MONO, ScriptedMono::new)
                .await("await", Cardinality.AWAIT, s -> ReactorBridge.await(s))
                .await("awaitSingle", Cardinality.SINGLE, s -> ReactorBridge.awaitSingle(s)))
        .flatMap(HostileScripts::suites);
  }

  private static HostileScripts<Publisher<String>> published(
      HostileScripts<Publisher<String>> scripts) {
    return scripts
        .await("awaitable", Cardinality.AWAIT, s -> Await.await(Await.awaitable(s)))
        .await("awaitAll", Cardinality.AWAIT, s -> Await.awaitAll(Await.awaitable(s)).get(0))
        .await("await", Cardinality.AWAIT, s -> Await.await(s))
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

  private final Lost lost = new Lost();

  @AfterEach
  void close() {
    lost.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("suites")
  @DisplayName("A11 A12 the first legal outcome wins, the rest goes to Reactor's hooks")
  void scripts(HostileScripts<?>.Suite suite) throws Exception {
    suite.play(lost.droppedErrors, lost.values);
    assertThat(lost.failures).isEmpty();
    assertThat(lost.droppedItems).isEmpty();
  }
}
