package io.bridge.reactor;

import io.bridge.fixtures.NullArguments;
import io.bridge.fixtures.SmallNumbers;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

@Timeout(30)
class ReactorNullArgumentsTest {

  @TestFactory
  @DisplayName("section 8: a null argument is refused by its name")
  Stream<DynamicTest> facade_null_namesTheParameter() {
    return NullArguments.of(
        ReactorBridge.class,
        Map.of(
            Mono.class, Mono.never(),
            Duration.class, Duration.ZERO,
            Retry.class, Retry.max(1)));
  }

  @TestFactory
  @DisplayName("section 8: a number below one is refused by its name")
  Stream<DynamicTest> facade_small_namesTheParameter() {
    return SmallNumbers.of(ReactorBridge.class, Map.of());
  }
}
