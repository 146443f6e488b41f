package consumer.core;

import static io.bridge.Await.await;
import static io.bridge.Await.awaitList;

import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Publishers;
import java.time.Duration;
import java.util.List;
import org.reactivestreams.Publisher;

/** A user of bridge-core alone. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    boolean named = Boolean.parseBoolean(arguments[0]);
    check(Coroutine.class.getModule().isNamed() == named, "bridge is a named module: " + named);
    Publisher<Integer> numbers =
        Publishers.publisher(
            emitter -> {
              emitter.emit(1);
              emitter.emit(2);
            });
    check(awaitList(numbers).equals(List.of(1, 2)), "a publisher is built and awaited");
    try (CoroutineScope<Integer, List<Integer>> scope =
        CoroutineScope.open(CoroutineScope.Joiner.allSuccessfulOrThrow())) {
      scope.fork(() -> 3);
      check(scope.join().equals(List.of(3)), "a scope joins");
    }
    check(
        Coroutine.withTimeout(Duration.ofSeconds(30), () -> await(Coroutine.start(() -> "x")))
            .equals("x"),
        "a coroutine is awaited");
    System.out.println("core alone");
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("not so: " + what);
    }
  }
}
