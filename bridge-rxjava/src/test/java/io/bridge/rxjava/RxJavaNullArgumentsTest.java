package io.bridge.rxjava;

import io.bridge.fixtures.NullArguments;
import io.bridge.fixtures.SmallNumbers;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RxJavaNullArgumentsTest {

  @TestFactory
  @DisplayName("section 8: a null argument is refused by its name")
  Stream<DynamicTest> facade_null_namesTheParameter() {
    return NullArguments.of(
        RxJavaBridge.class,
        Map.of(
            Single.class, Single.never(),
            Duration.class, Duration.ZERO,
            Scheduler.class, Schedulers.trampoline()));
  }

  @TestFactory
  @DisplayName("section 8: a number below one is refused by its name")
  Stream<DynamicTest> facade_small_namesTheParameter() {
    return SmallNumbers.of(RxJavaBridge.class, Map.of());
  }
}
