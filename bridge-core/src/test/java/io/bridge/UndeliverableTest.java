package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.RecordedLog;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A12 what nobody can receive: handlers, and the logger without one")
@Timeout(60)
class UndeliverableTest {

  private static final String LOGGER = "io.bridge";

  private final IllegalStateException failure = new IllegalStateException("lost");

  /** The logger gets a copy of each (A8), with the same text and stack trace. */
  private static void assertLogged(RecordedLog log, Throwable... failures) {
    assertThat(log.errors())
        .extracting(UndeliverableTest::text)
        .isEqualTo(Stream.of(failures).map(UndeliverableTest::text).toList());
  }

  private static String text(Throwable failure) {
    return failure + " " + List.of(failure.getStackTrace());
  }

  @Test
  @DisplayName("A12 (2): without a handler a lost failure is logged once as an error, and no more")
  void logged() throws Exception {
    List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    try (RecordedLog log = RecordedLog.of(LOGGER)) {
      Thread thread = new Thread(() -> Undeliverable.report(failure));
      thread.setUncaughtExceptionHandler((t, e) -> uncaught.add(e));
      thread.start();
      thread.join();
      assertLogged(log, failure);
      assertThat(log.size()).isEqualTo(1);
    }
    assertThat(uncaught).isEmpty();
  }

  @Test
  @DisplayName("A12 (2): with a handler nothing is logged, and behind its registration again")
  void registered() {
    try (RecordedLog log = RecordedLog.of(LOGGER)) {
      try (Undelivered lost = new Undelivered()) {
        Undeliverable.report(failure);
        assertThat(lost.failures()).containsExactly(failure);
        assertThat(log.size()).isZero();
      }
      Undeliverable.report(failure);
      assertLogged(log, failure);
    }
  }

  @Test
  @DisplayName("A12 (2): a logger that throws, even an Error, is passed over")
  void throwingLogger() {
    try (RecordedLog log = RecordedLog.throwing(LOGGER, new StackOverflowError("logger"))) {
      Undeliverable.report(failure);
      assertLogged(log, failure);
    }
  }

  @Test
  @DisplayName("A12 (2): a throwing handler is logged and passed over, the others get the failure")
  void throwingHandler() {
    StackOverflowError ofHandler = new StackOverflowError("handler");
    try (RecordedLog log = RecordedLog.of(LOGGER);
        Registration throwing = Undeliverable.onFailure(t -> raise(ofHandler))) {
      try (Undelivered lost = new Undelivered()) {
        Undeliverable.report(failure);
        assertThat(lost.failures()).containsExactly(failure);
        assertLogged(log, ofHandler);
      }
      Undeliverable.report(failure);
      assertLogged(log, ofHandler, ofHandler, failure); // no other handler
      assertThat(throwing).isNotNull();
    }
  }

  private static void raise(Error error) {
    throw error;
  }

  @Test
  @DisplayName("A12 (2): a throwing action is logged and passed over, the others get the value")
  void throwingAction() {
    StackOverflowError ofAction = new StackOverflowError("action");
    try (RecordedLog log = RecordedLog.of(LOGGER);
        Registration throwing = Undeliverable.onDiscard(value -> raise(ofAction));
        Undelivered lost = new Undelivered()) {
      Undeliverable.discard("value");
      assertThat(lost.values()).containsExactly("value");
      assertLogged(log, ofAction);
      assertThat(throwing).isNotNull();
    }
  }

  @Test
  @DisplayName("A12: a handler may take itself back, or add another, while it gets a failure")
  void changingHandlers() {
    List<String> got = new CopyOnWriteArrayList<>();
    List<Registration> added = new CopyOnWriteArrayList<>();
    Registration[] self = new Registration[1];
    try (Undelivered other = new Undelivered()) {
      self[0] =
          Undeliverable.onFailure(t -> {
            got.add("self");
            self[0].close();
            added.add(Undeliverable.onFailure(u -> got.add("added")));
          });
      Undeliverable.report(failure);
      Undeliverable.report(failure);
      assertThat(other.failures()).hasSize(2);
    }
    added.forEach(Registration::close);
    self[0].close(); // twice is harmless
    assertThat(got).containsExactly("self", "added");
  }

  @Test
  @DisplayName("A12: one handler that is registered twice is taken back one by one")
  void registeredTwice() {
    List<Throwable> got = new CopyOnWriteArrayList<>();
    try (Registration first = Undeliverable.onFailure(got::add)) {
      Registration second = Undeliverable.onFailure(got::add);
      Undeliverable.report(failure);
      assertThat(got).hasSize(2);
      second.close();
      second.close();
      Undeliverable.report(failure);
      assertThat(got).hasSize(3);
      assertThat(first).isNotNull();
    }
  }
}
