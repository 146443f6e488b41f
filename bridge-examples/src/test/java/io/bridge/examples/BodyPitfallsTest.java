package io.bridge.examples;

import static io.bridge.Coroutine.checkCancelled;
import static io.bridge.Coroutine.shield;
import static io.bridge.Coroutine.start;
import static io.bridge.Coroutine.withTimeout;
import static io.bridge.Publishers.iterate;
import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.reactor.ReactorBridge.*;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.fixtures.Eventually;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.core.Single;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.GroupedFlux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The code of docs/guide/pitfalls.md about what is inside of bodies and around them. */
@Timeout(60)
class BodyPitfallsTest {

  // tag::doonerror[]
  static String loaded(Mono<String> load, Consumer<Throwable> log) {
    try {
      return awaitSingle(load);
    } catch (RuntimeException failure) {
      checkCancelled(); // a cancelled body leaves here, as doOnError would not have run
      log.accept(failure);
      throw failure;
    }
  }

  // end::doonerror[]

  @Test
  @DisplayName("A7 S6: a catch sees the cancellation too; checkCancelled lets it pass")
  void doOnError() {
    List<Throwable> logged = new CopyOnWriteArrayList<>();
    IllegalStateException broken = new IllegalStateException("broken");
    assertThatThrownBy(() -> loaded(Mono.error(broken), logged::add)).isSameAs(broken);
    assertThat(logged).containsExactly(broken);

    AtomicBoolean begun = new AtomicBoolean();
    Mono<String> never = Mono.<String>never().doOnSubscribe(s -> begun.set(true));
    Coroutine<String> cancelled = start(() -> loaded(never, logged::add));
    Eventually.until("load has begun", begun::get);
    cancelled.cancel();
    Eventually.until("the body has ended", cancelled::isDone);
    assertThat(cancelled.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertThat(logged).containsExactly(broken);
  }

  // tag::processed[]
  record Step(String text, CompletableFuture<@Nullable Void> stored) {}

  static Flux<Step> steps(List<String> store) {
    return flux((Emitter<Step> out) -> {
      for (int i = 1; i <= 2; i++) {
        Step step = new Step("step " + i + " after " + store, new CompletableFuture<>());
        out.emit(step); // returns when the step is handed over
        await(step.stored()); // and this when it is stored
      }
    });
  }

  static void run(List<String> store) {
    try (Cursor<Step> steps = iterate(steps(store), 1)) {
      for (Step step : steps) {
        store.add(step.text());
        step.stored().complete(null);
      }
    }
  }

  // end::processed[]

  @Test
  @DisplayName("B4: emit hands over; a body that needs what became of the item waits for that")
  void processed() {
    List<String> store = new CopyOnWriteArrayList<>();
    run(store);
    assertThat(store).containsExactly("step 1 after []", "step 2 after [step 1 after []]");
  }

  @Test
  @DisplayName("B4 I3: emit has returned while the loop is still busy, with a prefetch of one too")
  void handedOver() throws InterruptedException {
    CountDownLatch returned = new CountDownLatch(1);
    Flux<String> items =
        flux((Emitter<String> out) -> {
          out.emit("item");
          returned.countDown();
        });
    try (Cursor<String> cursor = iterate(items, 1)) {
      assertThat(cursor.next()).isEqualTo("item");
      returned.await(); // in the middle of the processing of the item
    }
  }

  // tag::initialiser[]
  static final class Settings {
    static final String REGION = Loader.load(); // not mono(() -> …) with a lambda of Settings

    private Settings() {}
  }

  static final class Loader {
    private Loader() {}

    static String load() {
      return awaitSingle(mono(() -> "eu")); // this body needs Loader, which is initialised
    }
  }

  // end::initialiser[]

  @Test
  @DisplayName("B7: a static initialiser awaits a body of another class")
  void initialiser() {
    assertThat(Settings.REGION).isEqualTo("eu");
  }

  @Test
  @DisplayName("B8: groupBy needs a run for every group")
  void groups() {
    Flux<Integer> readings = Flux.range(0, 3000);
    // tag::groups[]
    Flux<GroupedFlux<Integer, Integer>> groups = readings.groupBy(reading -> reading % 3);
    Flux<Integer> sums = groups.transform(mapAwait(3, group -> sum(group))); // 3 groups
    // end::groups[]
    assertThat(awaitList(sums)).containsExactlyInAnyOrder(1498500, 1499500, 1500500);
  }

  private static int sum(Flux<Integer> group) {
    return awaitCollect(group, Collectors.summingInt(n -> n));
  }

  @Test
  @DisplayName("T1 A6: a source whose cancel blocks is cancelled on another thread")
  void blockingCancel() {
    CountDownLatch release = new CountDownLatch(1);
    Mono<String> slow = Mono.<String>never().doOnCancel(() -> uninterruptibly(release));
    // tag::cancelon[]
    Mono<String> quickToCancel = slow.cancelOn(Schedulers.boundedElastic());
    // end::cancelon[]
    try {
      assertThatThrownBy(() -> withTimeout(Duration.ofMillis(20), () -> awaitSingle(quickToCancel)))
          .isInstanceOf(AwaitTimeoutException.class);
    } finally {
      release.countDown();
    }
  }

  private static void uninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // tag::channel[]
  static int append(FileChannel shared, String line) throws IOException {
    return shield(() -> shared.write(UTF_8.encode(line)));
  }

  // end::channel[]

  @Test
  @DisplayName(
      "A9 A6: an interrupt closes a FileChannel for all its users, but not inside a shield")
  void channel(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("log");
    try (FileChannel shared =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      AtomicBoolean begun = new AtomicBoolean();
      Coroutine<Integer> cancelled =
          start(() -> {
            begun.set(true);
            Eventually.until("cancelled", () -> Thread.currentThread().isInterrupted());
            return append(shared, "line");
          });
      Eventually.until("the body has begun", begun::get);
      cancelled.cancel();
      Eventually.until("the body has ended", cancelled::isDone);
      assertThat(cancelled.get()).isEqualTo(4);
      assertThat(shared.isOpen()).isTrue();
      assertThat(Files.readString(file)).isEqualTo("line");

      Thread.currentThread().interrupt();
      try {
        assertThatThrownBy(() -> shared.write(ByteBuffer.allocate(1)))
            .isInstanceOf(ClosedByInterruptException.class);
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
      assertThat(shared.isOpen()).isFalse();
    }
  }

  interface Repository {
    Mono<Long> save(String text);
  }

  // tag::voidform[]
  static Mono<Void> store(Repository repository, String text) {
    return mono(() -> {
      await(repository.save(text)); // a statement: the value of save is dropped
    });
  }

  // end::voidform[]

  @Test
  @DisplayName("section 1: without braces a lambda has the value of its await")
  void voidForm() {
    assertThat(store(text -> Mono.just(1L), "a").blockOptional()).isEmpty();
  }

  @Test
  @DisplayName("section 8: maybe in a chain needs the type of its value")
  void maybeType() {
    // tag::maybetype[]
    Single<String> name =
        RxJavaBridge.<String>maybe(() -> null).switchIfEmpty(Single.just("nobody"));
    // end::maybetype[]
    assertThat(RxJavaBridge.await(name)).isEqualTo("nobody");
  }
}
