package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/** Publishers.toFlowPublisher and toPublisher(Flow.Publisher): every signal crosses both ways. */
@DisplayName("B9 the JDK's publishers and those of Reactive Streams")
@Timeout(60)
class PublisherViewTest {

  private final Undelivered lost = new Undelivered();
  private final SignalLog log = new SignalLog();
  private final Probe<String> probe = new Probe<>();

  @AfterEach
  void nothingIsLost() {
    lost.close();
    assertThat(lost.values()).isEmpty();
    assertThat(lost.failures()).isEmpty();
  }

  /** Each view, seen again as a Reactive Streams publisher. */
  private static Stream<Named<UnaryOperator<Publisher<String>>>> views() {
    return Stream.of(
        Named.of(
            "toFlowPublisher",
            source -> FlowAdapters.toPublisher(Publishers.<String>toFlowPublisher(hidden(source)))),
        Named.of(
            "toPublisher",
            source -> Publishers.<String>toPublisher(FlowAdapters.toFlowPublisher(hidden(source)))),
        Named.of(
            "both",
            source ->
                Publishers.<String>toPublisher(
                    hiddenFlow(Publishers.<String>toFlowPublisher(hidden(source))))));
  }

  /** FlowAdapters gives back what it has wrapped; a lambda around it hides that. */
  private static Publisher<String> hidden(Publisher<String> source) {
    return subscriber -> source.subscribe(subscriber);
  }

  private static Flow.Publisher<String> hiddenFlow(Flow.Publisher<String> source) {
    return subscriber -> source.subscribe(subscriber);
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("B9 items and demand cross, then the end")
  void items(UnaryOperator<Publisher<String>> view) {
    view.apply(probe).subscribe(log);
    assertThat(probe.requests()).isEmpty();
    log.request(2);
    assertThat(probe.requests()).containsExactly(2L);
    probe.next("a").next("b").complete();

    assertThat(log.signals()).containsExactly("next a", "next b", "complete");
    assertThat(probe.subscriptions()).isEqualTo(1);
    assertThat(probe.cancels()).isZero();
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("B9 empty, and a failure as the same object, a checked one too")
  void ends(UnaryOperator<Publisher<String>> view) {
    Exception checked = new Exception("checked");
    view.apply(probe).subscribe(log);
    probe.complete();
    assertThat(log.signals()).containsExactly("complete");

    SignalLog failed = new SignalLog();
    view.apply(probe).subscribe(failed);
    probe.fail(checked);
    assertThat(failed.signals()).containsExactly("error");
    assertThat(failed.failure()).isSameAs(checked);
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("B9 a cancel crosses, once, on the thread that cancels")
  void cancel(UnaryOperator<Publisher<String>> view) {
    view.apply(probe).subscribe(log);

    Fork<SignalLog> canceller = Fork.platform(() -> log.cancel());
    canceller.join();

    assertThat(probe.cancelThreads()).containsExactly(canceller.thread());
    assertThat(log.signals()).isEmpty();
  }

  @Test
  @DisplayName("B9 there and back is the publisher itself")
  void thereAndBack() {
    Flow.Publisher<String> flow = hiddenFlow(FlowAdapters.toFlowPublisher(probe));
    assertThat(Publishers.<String>toPublisher(Publishers.<String>toFlowPublisher(probe)))
        .isSameAs(probe);
    assertThat(Publishers.<String>toFlowPublisher(Publishers.<String>toPublisher(flow)))
        .isSameAs(flow);
  }
}
