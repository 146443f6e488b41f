package io.bridge.completablefuture;

import io.bridge.fixtures.NullArguments;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FutureNullArgumentsTest {

  @TestFactory
  @DisplayName("section 8: a null argument is refused by its name")
  Stream<DynamicTest> facade_null_namesTheParameter() {
    return NullArguments.of(
        CompletableFutureBridge.class,
        Map.of(
            Object.class, new CompletableFuture<String>(),
            CompletableFuture.class, new CompletableFuture<String>()));
  }
}
