package io.bridge.examples;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.delay;
import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mapAwait;
import static io.bridge.reactor.ReactorBridge.mono;
import static io.bridge.reactor.ReactorBridge.toMono;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.Emitter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.blockhound.BlockHound;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The program of {@link BlockHoundTest}, in a JVM of its own since BlockHound rewrites the JDK's
 * classes: everything that bridge does on threads of others is done on Reactor's non-blocking ones.
 * Prints each blocking call that BlockHound saw there.
 */
final class Hounded {

  private static final int ROUNDS = 200;
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final ConcurrentLinkedQueue<String> SEEN = new ConcurrentLinkedQueue<>();

  private Hounded() {}

  public static void main(String[] arguments) {
    BlockHound.builder().loadIntegrations().blockingMethodCallback(Hounded::see).install();
    onNonBlocking(() -> {
      Thread.sleep(1);
      return "slept";
    });
    System.out.println("BlockHound sees a sleep: " + !SEEN.isEmpty());
    SEEN.clear();
    System.out.println("an await is refused: " + onNonBlocking(Hounded::refused));
    for (int i = 0; i < ROUNDS; i++) {
      onNonBlocking(Hounded::build);
      signals();
    }
    System.out.println("blocking calls seen: " + SEEN.size());
    SEEN.stream().distinct().limit(5).forEach(System.out::println);
    System.exit(0);
  }

  private static void see(Object method) {
    String frames =
        StackWalker.getInstance()
            .walk(stack -> stack.map(frame -> "\n    " + frame).collect(Collectors.joining()));
    SEEN.add("blocking: " + method + frames);
  }

  private static <T> @Nullable T onNonBlocking(Callable<T> call) {
    return Mono.fromCallable(call).subscribeOn(Schedulers.parallel()).block();
  }

  private static boolean refused() {
    try {
      await(Mono.just(1));
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  /** Starts, cancels and times out on a non-blocking thread. */
  private static String build() {
    Disposable body = mono(() -> await(Mono.never())).subscribe();
    Disposable items =
        flux(
                (Emitter<Integer> emitter) -> {
                  for (int i = 0; ; i++) {
                    emitter.emit(i);
                  }
                })
            .limitRate(2)
            .subscribe();
    Coroutine<?> coroutine = Coroutine.start(() -> delay(Duration.ofSeconds(30)));
    coroutine.onCompletion(done -> {});
    body.dispose();
    items.dispose();
    coroutine.cancel();
    toMono(Await.awaitable(Mono.just(1))).subscribe();
    Flux.range(0, 20).transform(mapAwait(4, item -> item + 1)).subscribe();
    return "built";
  }

  /** Signals of non-blocking threads reach bodies, and bodies' signals go on there. */
  private static void signals() {
    Mono<Integer> timed = Mono.delay(SHORT).thenReturn(1);
    Coroutine<Integer> coroutine = Coroutine.start(() -> awaitSingle(timed));
    coroutine.await();
    Integer sum =
        flux(
                (Emitter<Integer> emitter) -> {
                  for (int i = 0; i < 50; i++) {
                    emitter.emit(i);
                  }
                })
            .publishOn(Schedulers.parallel(), 4) // its requests come from there
            .transform(
                mapAwait(4, item -> awaitSingle(Mono.just(item).publishOn(Schedulers.parallel()))))
            .reduce(0, Integer::sum)
            .block();
    mono(Schedulers.parallel(), () -> "sum " + sum).block();
    Coroutine.<@Nullable Object, RuntimeException>withTimeoutOrNull(
        SHORT, () -> await(Mono.never()));
  }
}
