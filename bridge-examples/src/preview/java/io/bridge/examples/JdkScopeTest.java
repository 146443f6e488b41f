package io.bridge.examples;

import static io.bridge.Await.awaitOrThrow;
import static io.bridge.Await.awaitSingle;
import static io.bridge.Await.delay;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.StructuredTaskScope.Joiner.allSuccessfulOrThrow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.Registration;
import io.bridge.TimeSource;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.ThreadDump;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.StructureViolationException;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.FailedException;
import java.util.concurrent.StructuredTaskScope.Subtask;
import java.util.concurrent.StructuredTaskScope.TimeoutException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * What docs/guide/structured-jdk.md says of both: each test holds one row of its table against the
 * JDK's StructuredTaskScope and against CoroutineScope. Run by the profile jdk-preview only.
 */
@Timeout(60)
class JdkScopeTest {

  record User(String name) {}

  record Page(User user, List<String> orders) {}

  private final IllegalStateException broken = new IllegalStateException("broken");

  private static User findUser(String id) throws IOException {
    if (id.isEmpty()) {
      throw new FileNotFoundException("no user");
    }
    return new User(id);
  }

  private static List<String> findOrders(String id) {
    return List.of("book for " + id);
  }

  // tag::jdk[]
  static Page pageOfJdk(String id) throws InterruptedException {
    try (var scope = StructuredTaskScope.open()) {
      Subtask<User> user = scope.fork(() -> findUser(id));
      Subtask<List<String>> orders = scope.fork(() -> findOrders(id));
      scope.join(); // FailedException
      return new Page(user.get(), orders.get());
    }
  }

  // end::jdk[]

  // tag::ours[]
  static Page page(String id) {
    try (var scope = CoroutineScope.open()) {
      Coroutine<User> user = scope.fork(() -> findUser(id));
      Coroutine<List<String>> orders = scope.fork(() -> findOrders(id));
      scope.join(); // the failure: unchecked as is, checked in a CompletionException
      return new Page(user.get(), orders.get());
    }
  }

  // end::ours[]

  @Test
  @DisplayName("the same program; what join throws")
  void program() throws InterruptedException {
    assertThat(page("ann")).isEqualTo(pageOfJdk("ann"));
    assertThatThrownBy(() -> pageOfJdk(""))
        .isExactlyInstanceOf(FailedException.class)
        .hasCauseInstanceOf(FileNotFoundException.class);
    assertThatThrownBy(() -> page(""))
        .isExactlyInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(FileNotFoundException.class);
  }

  private static String never() throws InterruptedException {
    new CountDownLatch(1).await();
    return "never";
  }

  private Callable<String> failing() {
    return () -> {
      throw broken;
    };
  }

  private String fail() {
    throw broken;
  }

  @Test
  @DisplayName("an unchecked failure: wrapped; itself")
  void unchecked() {
    try (var jdk = StructuredTaskScope.<String>open()) {
      jdk.fork(failing());
      assertThatThrownBy(jdk::join).isInstanceOf(FailedException.class).hasCause(broken);
    }
    try (var ours = CoroutineScope.open()) {
      ours.fork(() -> fail());
      assertThatThrownBy(ours::join).isSameAs(broken);
    }
  }

  /** Ends some time after its interrupt. */
  private static String slowToEnd(CountDownLatch begun, CountDownLatch end) {
    begun.countDown();
    Eventually.until("its end", () -> end.getCount() == 0);
    return "late";
  }

  @Test
  @DisplayName("join returns before the cancelled have ended; when all have")
  void joinWaitsForAll() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    try (var jdk = StructuredTaskScope.<String>open()) {
      Subtask<String> slow = jdk.fork(() -> slowToEnd(begun, end));
      jdk.fork(() -> {
        begun.await();
        throw broken;
      });
      assertThatThrownBy(jdk::join).hasCause(broken); // while the other one runs
      assertThat(slow.state()).isEqualTo(Subtask.State.UNAVAILABLE);
      end.countDown();
    }
    CountDownLatch begunToo = new CountDownLatch(1);
    CountDownLatch endToo = new CountDownLatch(1);
    try (var ours = CoroutineScope.open()) {
      Coroutine<String> slow = ours.fork(() -> slowToEnd(begunToo, endToo));
      ours.fork(() -> {
        begunToo.await();
        throw broken;
      });
      Coroutine<?> helper =
          Coroutine.start(() -> {
            Eventually.until("cancelled", ours::isCancelled);
            endToo.countDown();
          });
      assertThatThrownBy(ours::join).isSameAs(broken);
      assertThat(slow.isDone()).isTrue();
      helper.await();
    }
  }

  @Test
  @DisplayName("a second join: an IllegalStateException; again, after more forks")
  void joinAgain() throws InterruptedException {
    try (var jdk = StructuredTaskScope.<String>open()) {
      jdk.fork(() -> "a");
      jdk.join();
      assertThatThrownBy(jdk::join).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> jdk.fork(() -> "b")).isInstanceOf(IllegalStateException.class);
    }
    try (var ours = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      ours.fork(() -> "a");
      assertThat(ours.join()).containsExactly("a");
      ours.fork(() -> "b");
      assertThat(ours.join()).containsExactly("a", "b");
    }
  }

  @Test
  @DisplayName("fork and join by another thread: refused; any thread and child may")
  void forkFromAnyThread() throws InterruptedException {
    try (var jdk = StructuredTaskScope.<String>open()) {
      CompletableFuture<?> elsewhere = CompletableFuture.runAsync(() -> jdk.fork(() -> "a"));
      assertThatThrownBy(elsewhere::join).hasCauseInstanceOf(WrongThreadException.class);
      Subtask<String> child = jdk.fork(() -> jdk.fork(() -> "b").state().name());
      assertThatThrownBy(jdk::join).hasCauseInstanceOf(WrongThreadException.class);
      assertThat(child.state()).isEqualTo(Subtask.State.FAILED);
    }
    try (var ours = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      CompletableFuture.runAsync(() -> ours.fork(() -> "a")).join();
      ours.fork(() -> ours.fork(() -> "b").await() + "!");
      assertThat(ours.join()).containsExactly("a", "b!", "b");
      assertThat(CompletableFuture.supplyAsync(ours::join).join()).hasSize(3);
    }
    try (var ours = CoroutineScope.open()) {
      Coroutine<?> child =
          ours.fork(() -> {
            ours.join();
          });
      assertThatThrownBy(child::await).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  @DisplayName("get and failure before join: refused to the owner; at any time")
  void beforeJoin() throws InterruptedException {
    try (var jdk = StructuredTaskScope.<String>open()) {
      Subtask<String> child = jdk.fork(() -> "a");
      Eventually.until("done", () -> child.state() == Subtask.State.SUCCESS);
      assertThatThrownBy(child::get).isInstanceOf(IllegalStateException.class);
      jdk.join();
      assertThatThrownBy(child::exception).isInstanceOf(IllegalStateException.class);
    }
    try (var ours = CoroutineScope.open()) {
      Coroutine<String> child = ours.fork(() -> "a");
      assertThat(child.await()).isEqualTo("a");
      assertThat(child.get()).isEqualTo("a");
      assertThat(child.failure()).isNull();
    }
  }

  @Test
  @DisplayName("the block of a failed scope goes on; is interrupted, and its awaits throw")
  void block() throws InterruptedException {
    try (var jdk = StructuredTaskScope.<String>open()) {
      jdk.fork(failing());
      Eventually.until("cancelled", jdk::isCancelled);
      delay(Duration.ofMillis(1)); // nothing happens
      Thread.sleep(1);
      assertThatThrownBy(jdk::join).hasCause(broken);
    }
    try (var ours = CoroutineScope.open()) {
      ours.fork(() -> fail());
      assertThatThrownBy(() -> delay(Duration.ofDays(1))).isSameAs(broken);
    }
    try (var ours = CoroutineScope.open()) {
      ours.fork(() -> fail());
      assertThatThrownBy(JdkScopeTest::never).isInstanceOf(InterruptedException.class);
      assertThatThrownBy(ours::join).isSameAs(broken);
    }
  }

  @Test
  @DisplayName("the failures after the first are dropped; suppressed, and in failures()")
  void siblings() {
    CountDownLatch both = new CountDownLatch(2);
    CountDownLatch bothToo = new CountDownLatch(2);
    try (var jdk = StructuredTaskScope.<String>open()) {
      jdk.fork(() -> failTogether(both));
      jdk.fork(() -> failTogether(both));
      assertThatThrownBy(jdk::join)
          .satisfies(failed -> assertThat(failed.getSuppressed()).isEmpty())
          .extracting(Throwable::getCause)
          .satisfies(first -> assertThat(first.getSuppressed()).isEmpty());
    }
    try (var ours = CoroutineScope.open()) {
      ours.fork(() -> failTogether(bothToo));
      ours.fork(() -> failTogether(bothToo));
      assertThatThrownBy(ours::join)
          .satisfies(first -> assertThat(first.getSuppressed()).contains(ours.failures().get(1)));
      assertThat(ours.failures()).hasSize(2);
    }
  }

  private static String failTogether(CountDownLatch both) {
    both.countDown();
    Eventually.until("both run", () -> both.getCount() == 0);
    throw new IllegalStateException("one of two");
  }

  @Test
  @DisplayName("close without join: an IllegalStateException; cancels and is silent")
  void notJoined() {
    assertThatThrownBy(
            () -> {
              try (var jdk = StructuredTaskScope.<String>open()) {
                jdk.fork(() -> never());
              }
            })
        .isInstanceOf(IllegalStateException.class);
    Coroutine<String> child;
    try (var ours = CoroutineScope.open()) {
      child = ours.fork(() -> never());
    }
    assertThat(child.state()).isEqualTo(Coroutine.State.CANCELLED);
  }

  @Test
  @DisplayName("cancel: no way from the block; of the scope and of one child")
  void cancel() {
    assertThat(StructuredTaskScope.class.getMethods()).noneMatch(m -> m.getName().equals("cancel"));
    assertThat(Subtask.class.getMethods()).noneMatch(m -> m.getName().equals("cancel"));
    try (var ours = CoroutineScope.open()) {
      Coroutine<String> one = ours.fork(() -> never());
      one.cancel();
      ours.join(); // does not fail
      ours.cancel("enough");
      assertThatThrownBy(ours::join).isInstanceOf(CancellationException.class).hasMessage("enough");
    }
  }

  @Test
  @DisplayName("a fork into a cancelled scope: nothing runs in either")
  void forkIntoCancelled() {
    AtomicBoolean ran = new AtomicBoolean();
    try (var jdk = StructuredTaskScope.open()) {
      jdk.fork(failing());
      Eventually.until("cancelled", jdk::isCancelled);
      Subtask<?> late = jdk.fork(() -> ran.set(true));
      assertThatThrownBy(jdk::join).hasCause(broken);
      assertThat(late.state()).isEqualTo(Subtask.State.UNAVAILABLE);
    }
    try (var ours = CoroutineScope.open()) {
      ours.cancel();
      Coroutine<?> late = ours.fork(() -> ran.set(true));
      assertThatThrownBy(ours::join).isInstanceOf(CancellationException.class);
      assertThat(late.state()).isEqualTo(Coroutine.State.CANCELLED);
    }
    assertThat(ran).isFalse();
  }

  @Test
  @DisplayName("a timeout: TimeoutException of the scope; AwaitTimeoutException, in the block too")
  void timeout() {
    Duration moment = Duration.ofMillis(20);
    try (var jdk =
        StructuredTaskScope.open(
            StructuredTaskScope.Joiner.<String>awaitAllSuccessfulOrThrow(),
            config -> config.withTimeout(moment))) {
      jdk.fork(() -> never());
      assertThatThrownBy(jdk::join).isExactlyInstanceOf(TimeoutException.class);
      assertThat(RuntimeException.class).isAssignableFrom(TimeoutException.class);
    }
    try (var ours =
        CoroutineScope.open(
            Joiner.<String>awaitAllSuccessfulOrThrow(), config -> config.withTimeout(moment))) {
      ours.fork(() -> never());
      assertThatThrownBy(() -> delay(Duration.ofDays(1)))
          .isExactlyInstanceOf(AwaitTimeoutException.class);
      assertThatThrownBy(ours::join).isExactlyInstanceOf(AwaitTimeoutException.class);
    }
  }

  @Test
  @DisplayName("allUntil after a timeout: throws on 25; has the list")
  void allUntil() {
    Duration moment = Duration.ofMillis(20);
    try (var jdk =
        StructuredTaskScope.open(
            StructuredTaskScope.Joiner.<String>allUntil(child -> false),
            config -> config.withTimeout(moment))) {
      jdk.fork(() -> never());
      assertThatThrownBy(jdk::join).isInstanceOf(TimeoutException.class);
    }
    try (var ours =
        CoroutineScope.open(
            Joiner.<String>allUntil(child -> false), config -> config.withTimeout(moment))) {
      ours.fork(() -> never());
      assertThat(ours.join()).hasSize(1);
    }
  }

  @Test
  @DisplayName("allSuccessfulOrThrow: a stream of handles on 25; a list of values")
  void allSuccessful() throws InterruptedException {
    try (var jdk = StructuredTaskScope.open(allSuccessfulOrThrow())) {
      jdk.fork(() -> "a");
      assertThat(jdk.join().map(Subtask::get)).containsExactly("a");
    }
    try (var ours = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      ours.fork(() -> "a");
      assertThat(ours.join()).containsExactly("a");
    }
  }

  @Test
  @DisplayName("nothing forked with any: NoSuchElementException, wrapped; as is")
  void anyOfNothing() {
    try (var jdk =
        StructuredTaskScope.open(StructuredTaskScope.Joiner.<String>anySuccessfulResultOrThrow())) {
      assertThatThrownBy(jdk::join)
          .isInstanceOf(FailedException.class)
          .hasCauseInstanceOf(NoSuchElementException.class);
    }
    try (var ours = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      assertThatThrownBy(ours::join).isExactlyInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  @DisplayName("an interrupt while join waits: InterruptedException; CancellationException")
  void interrupt() {
    try (var jdk = StructuredTaskScope.<String>open()) {
      jdk.fork(() -> never());
      Thread.currentThread().interrupt();
      assertThatThrownBy(jdk::join).isInstanceOf(InterruptedException.class);
    }
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    try (var ours = CoroutineScope.open()) {
      ours.fork(() -> never());
      Thread.currentThread().interrupt();
      assertThatThrownBy(ours::join).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue(); // a plain thread has its flag again
    }
  }

  private static final ScopedValue<String> TENANT = ScopedValue.newInstance();

  @Test
  @DisplayName("ScopedValue: inherited; not, unless the child binds it")
  void scopedValues() throws Exception {
    ScopedValue.where(TENANT, "acme")
        .call(() -> {
          try (var jdk = StructuredTaskScope.<String>open()) {
            Subtask<String> child = jdk.fork(() -> TENANT.get());
            jdk.join();
            assertThat(child.get()).isEqualTo("acme");
          }
          try (var ours = CoroutineScope.open()) {
            Coroutine<Boolean> child = ours.fork(() -> TENANT.isBound());
            ours.join();
            assertThat(child.get()).isFalse();
          }
          assertThat(boundAgain()).isEqualTo("report for acme");
          return "";
        });
  }

  // tag::scopedvalue[]
  static String boundAgain() {
    try (var scope = CoroutineScope.open()) {
      String tenant = TENANT.get(); // here it is bound
      Coroutine<String> report =
          scope.fork(() -> ScopedValue.where(TENANT, tenant).call(() -> reportOfTenant()));
      return report.await();
    }
  }

  // end::scopedvalue[]

  private static String reportOfTenant() {
    return "report for " + TENANT.get();
  }

  @Test
  @DisplayName("the body of a scope in a ScopedValue block: a structure violation; no matter")
  void structureViolation() {
    AtomicReference<@Nullable StructuredTaskScope<String, Void>> leaked = new AtomicReference<>();
    assertThatThrownBy(() ->
            ScopedValue.where(TENANT, "acme")
                .run(() -> leaked.set(StructuredTaskScope.<String>open())))
        .isInstanceOf(StructureViolationException.class);
    Subtask<String> late = requireNonNull(leaked.get()).fork(() -> "a");
    delay(Duration.ofMillis(20));
    assertThat(late.state()).isEqualTo(Subtask.State.UNAVAILABLE); // nothing was started
    AtomicReference<@Nullable CoroutineScope<String, ?>> ours = new AtomicReference<>();
    ScopedValue.where(TENANT, "acme").run(() -> ours.set(CoroutineScope.<String>open()));
    CoroutineScope<String, ?> scope = requireNonNull(ours.get());
    assertThat(scope.fork(() -> "a").await()).isEqualTo("a");
    scope.close();
  }

  @Test
  @DisplayName("the end with patience, and background scopes: none; close(Duration), background")
  void background() {
    assertThat(StructuredTaskScope.class.getMethods())
        .filteredOn(m -> m.getName().equals("close"))
        .allMatch(m -> m.getParameterCount() == 0);
    AtomicBoolean done = new AtomicBoolean();
    CoroutineScope<@Nullable Object, ?> background =
        CoroutineScope.background(config -> config.withName("work"));
    background.fork(() -> {
      delay(Duration.ofMillis(20));
      done.set(true);
    });
    background.close(Eventually.DEADLINE);
    assertThat(done).isTrue();
  }

  @Test
  @DisplayName("a checked failure as itself: by hand; awaitOrThrow")
  void checked() {
    try (var ours = CoroutineScope.open()) {
      Coroutine<User> user = ours.fork(() -> findUser(""));
      assertThatThrownBy(() -> awaitOrThrow(user, IOException.class))
          .isInstanceOf(FileNotFoundException.class);
    }
  }

  @Test
  @DisplayName("awaits work in the JDK's scope too, and its cancel reaches their sources")
  void awaitsInJdkScope() {
    AtomicBoolean cancelled = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    Mono<String> source =
        Mono.<String>never()
            .doOnSubscribe(s -> begun.countDown())
            .doOnCancel(() -> cancelled.set(true));
    try (var jdk = StructuredTaskScope.<String>open()) {
      jdk.fork(() -> awaitSingle(source));
      jdk.fork(() -> {
        begun.await();
        throw broken;
      });
      assertThatThrownBy(jdk::join).hasCause(broken);
    }
    assertThat(cancelled).isTrue();
  }

  @Test
  @DisplayName("an Error is a failure, in both")
  void errors() {
    AssertionError error = new AssertionError("error");
    Callable<String> erring =
        () -> {
          throw error;
        };
    try (var jdk = StructuredTaskScope.<String>open()) {
      jdk.fork(() -> never());
      jdk.fork(erring);
      assertThatThrownBy(jdk::join).hasCause(error);
    }
    try (var ours = CoroutineScope.open()) {
      ours.fork(() -> never());
      ours.fork(() -> erring.call());
      assertThatThrownBy(ours::join).isSameAs(error);
    }
  }

  @Test
  @DisplayName("a task that is cancelled: UNAVAILABLE; CANCELLED")
  void states() {
    assertThat(Subtask.State.values())
        .extracting(Enum::name)
        .containsExactly("UNAVAILABLE", "SUCCESS", "FAILED");
    assertThat(Coroutine.State.values())
        .extracting(Enum::name)
        .containsExactly("RUNNING", "SUCCEEDED", "FAILED", "CANCELLED");
  }

  /** Has enough when one has ended; counts those that it is told of. */
  private static final class OneOfJdk implements StructuredTaskScope.Joiner<String, String> {
    private final AtomicInteger told = new AtomicInteger();

    @Override
    public boolean onComplete(Subtask<? extends String> child) {
      return told.incrementAndGet() == 1;
    }

    @Override
    public String result() {
      return "one";
    }
  }

  /** The same. */
  private static final class OneOfOurs implements Joiner<String, String> {
    private final AtomicInteger told = new AtomicInteger();

    @Override
    public boolean onComplete(Coroutine<? extends String> child) {
      return told.incrementAndGet() == 1;
    }

    @Override
    public String result() {
      return "one";
    }
  }

  private static String oneIs(CountDownLatch begun) throws InterruptedException {
    begun.await();
    return "quick";
  }

  @Test
  @DisplayName("one that ends behind the cancel: forgotten; has its end, and the joiner is told")
  void endsBehindCancel() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    OneOfJdk joinerOfJdk = new OneOfJdk();
    Subtask<String> slowOfJdk;
    try (var jdk = StructuredTaskScope.open(joinerOfJdk)) {
      slowOfJdk = jdk.fork(() -> slowToEnd(begun, end));
      jdk.fork(() -> oneIs(begun));
      jdk.join();
      end.countDown();
    }
    assertThat(slowOfJdk.state()).isEqualTo(Subtask.State.UNAVAILABLE);
    assertThat(joinerOfJdk.told).hasValue(1);

    CountDownLatch begunToo = new CountDownLatch(1);
    CountDownLatch endToo = new CountDownLatch(1);
    OneOfOurs joiner = new OneOfOurs();
    Coroutine<String> slow;
    try (var ours = CoroutineScope.open(joiner)) {
      slow = ours.fork(() -> slowToEnd(begunToo, endToo));
      ours.fork(() -> oneIs(begunToo));
      Eventually.until("cancelled", ours::isCancelled);
      endToo.countDown();
    }
    assertThat(slow.get()).isEqualTo("late");
    assertThat(joiner.told).hasValue(2);
  }

  @Test
  @DisplayName("a joiner that throws: the thread's handler, and the scope goes on; the scope fails")
  void joinerThrows() throws InterruptedException {
    AtomicReference<@Nullable Throwable> uncaught = new AtomicReference<>();
    ThreadFactory factory =
        Thread.ofVirtual().uncaughtExceptionHandler((t, thrown) -> uncaught.set(thrown)).factory();
    StructuredTaskScope.Joiner<String, String> throwingOfJdk =
        new StructuredTaskScope.Joiner<>() {
          @Override
          public boolean onComplete(Subtask<? extends String> child) {
            throw broken;
          }

          @Override
          public String result() {
            return "result";
          }
        };
    try (var jdk =
        StructuredTaskScope.open(throwingOfJdk, config -> config.withThreadFactory(factory))) {
      jdk.fork(() -> "a");
      assertThat(jdk.join()).isEqualTo("result");
      Eventually.until("uncaught", () -> uncaught.get() == broken);
      assertThat(jdk.isCancelled()).isFalse();
    }
    Joiner<String, String> throwing =
        new Joiner<>() {
          @Override
          public boolean onComplete(Coroutine<? extends String> child) {
            throw broken;
          }

          @Override
          public String result() {
            return "result";
          }
        };
    try (var ours = CoroutineScope.open(throwing)) {
      ours.fork(() -> "a");
      assertThatThrownBy(ours::join).isSameAs(broken);
      assertThat(ours.isCancelled()).isTrue();
    }
  }

  @Test
  @DisplayName("one joiner in two scopes: taken; refused")
  void joinerTwice() throws InterruptedException {
    var joinerOfJdk = StructuredTaskScope.Joiner.<String>awaitAll();
    for (int i = 0; i < 2; i++) {
      try (var jdk = StructuredTaskScope.open(joinerOfJdk)) {
        jdk.join();
      }
    }
    var joiner = Joiner.<String>awaitAll();
    CoroutineScope.open(joiner).close();
    assertThatThrownBy(() -> CoroutineScope.open(joiner))
        .isExactlyInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("close by another thread: refused; allowed")
  void closeElsewhere() {
    try (var jdk = StructuredTaskScope.<String>open()) {
      assertThatThrownBy(CompletableFuture.runAsync(jdk::close)::join)
          .hasCauseInstanceOf(WrongThreadException.class);
    }
    try (var ours = CoroutineScope.open()) {
      Coroutine<String> child = ours.fork(() -> never());
      CompletableFuture.runAsync(ours::close).join();
      assertThat(child.state()).isEqualTo(Coroutine.State.CANCELLED);
    }
  }

  @Test
  @DisplayName("closed in another order than opened: a structure violation; each on its own")
  void closedOutOfOrder() {
    var outerOfJdk = StructuredTaskScope.<String>open();
    var innerOfJdk = StructuredTaskScope.<String>open();
    assertThatThrownBy(outerOfJdk::close).isInstanceOf(StructureViolationException.class);
    Subtask<String> late = innerOfJdk.fork(() -> "a");
    assertThatThrownBy(innerOfJdk::close).isInstanceOf(IllegalStateException.class);
    assertThat(late.state()).as("nothing was started").isEqualTo(Subtask.State.UNAVAILABLE);
    var outer = CoroutineScope.open();
    var inner = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow());
    outer.close();
    inner.fork(() -> "a");
    assertThat(inner.join()).containsExactly("a");
    inner.close();
  }

  @Test
  @DisplayName("join after close: an IllegalStateException; as the scope has ended")
  void joinAfterClose() {
    var jdk = StructuredTaskScope.<String>open();
    jdk.close();
    assertThatThrownBy(jdk::join).isInstanceOf(IllegalStateException.class);
    var ours = CoroutineScope.open();
    ours.close();
    assertThatThrownBy(ours::join).isInstanceOf(CancellationException.class);
    CoroutineScope<String, @Nullable Void> failed = CoroutineScope.open();
    failed.fork(() -> fail());
    Eventually.until("failed", failed::isCancelled);
    assertThatThrownBy(Coroutine::checkCancelled).isSameAs(broken);
    failed.close();
    assertThatThrownBy(failed::join).isSameAs(broken);
  }

  @Test
  @DisplayName("isCancelled behind an orderly end: false; true")
  void isCancelledAfterClose() throws InterruptedException {
    var jdk = StructuredTaskScope.<String>open();
    jdk.fork(() -> "a");
    jdk.join();
    jdk.close();
    assertThat(jdk.isCancelled()).isFalse();
    var ours = CoroutineScope.open();
    ours.fork(() -> "a");
    ours.join();
    assertThat(ours.isCancelled()).isFalse();
    ours.close();
    assertThat(ours.isCancelled()).isTrue();
  }

  /** Makes threads, and counts them. */
  private static final class Counting implements ThreadFactory {
    private final AtomicInteger made = new AtomicInteger();

    @Override
    public Thread newThread(Runnable body) {
      made.incrementAndGet();
      return Thread.ofVirtual().unstarted(body);
    }
  }

  @Test
  @DisplayName("the thread of a fork into a cancelled scope: none; one that ends at once")
  void threadOfForkIntoCancelled() {
    Counting ofJdk = new Counting();
    try (var jdk =
        StructuredTaskScope.open(
            StructuredTaskScope.Joiner.<String>awaitAllSuccessfulOrThrow(),
            config -> config.withThreadFactory(ofJdk))) {
      jdk.fork(failing());
      Eventually.until("cancelled", jdk::isCancelled);
      jdk.fork(() -> "late");
      assertThatThrownBy(jdk::join).hasCause(broken);
    }
    assertThat(ofJdk.made).hasValue(1);
    Counting ofOurs = new Counting();
    try (var ours =
        CoroutineScope.open(
            Joiner.<String>awaitAllSuccessfulOrThrow(),
            config -> config.withThreadFactory(ofOurs))) {
      ours.fork(() -> fail());
      Eventually.until("cancelled", ours::isCancelled);
      ours.fork(() -> "late");
      assertThatThrownBy(ours::join).isSameAs(broken);
    }
    assertThat(ofOurs.made).hasValue(2);
  }

  @Test
  @DisplayName("withName: of the scope; of the scope and its threads")
  void names() throws InterruptedException {
    Subtask<String> named;
    try (var jdk =
        StructuredTaskScope.open(
            StructuredTaskScope.Joiner.<String>awaitAll(), config -> config.withName("prices"))) {
      named = jdk.fork(() -> Thread.currentThread().getName());
      jdk.join();
      assertThat(named.get()).isEmpty();
      assertThat(jdk).hasToString("prices");
    }
    try (var ours =
        CoroutineScope.open(Joiner.<String>awaitAll(), config -> config.withName("prices"))) {
      assertThat(ours.fork(() -> Thread.currentThread().getName()).await()).isEqualTo("prices");
      ours.join();
      assertThat(ours).hasToString("CoroutineScope[prices, running: ]");
    }
  }

  private static final InheritableThreadLocal<String> REQUEST = new InheritableThreadLocal<>();

  @Test
  @DisplayName("InheritableThreadLocal: inherited; not")
  void inheritableThreadLocals() throws InterruptedException {
    REQUEST.set("request 1");
    try (var jdk = StructuredTaskScope.<String>open();
        var ours = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      Subtask<String> child = jdk.fork(() -> REQUEST.get());
      ours.fork(() -> String.valueOf(REQUEST.get()));
      assertThat(ours.join()).containsExactly("null");
      jdk.join();
      assertThat(child.get()).isEqualTo("request 1");
    } finally {
      REQUEST.remove();
    }
  }

  @Test
  @DisplayName("the code around is cancelled: the owner is told, the children later; all at once")
  void codeAround() {
    CountDownLatch mayLeave = new CountDownLatch(1);
    AtomicReference<@Nullable StructuredTaskScope<String, Void>> ofJdk = new AtomicReference<>();
    AtomicReference<@Nullable CoroutineScope<String, ?>> ofOurs = new AtomicReference<>();
    Coroutine<?> owner =
        Coroutine.start(() -> {
          try (var jdk = StructuredTaskScope.<String>open();
              CoroutineScope<String, @Nullable Void> ours = CoroutineScope.open()) {
            jdk.fork(() -> never());
            ours.fork(() -> never());
            ofJdk.set(jdk);
            ofOurs.set(ours);
            // it takes no notice of its own cancel
            Coroutine.shield(
                () -> Eventually.until("it may leave", () -> mayLeave.getCount() == 0));
            jdk.join();
          }
        });
    Eventually.until("open", () -> ofOurs.get() != null);
    owner.cancel();
    assertThat(requireNonNull(ofOurs.get()).isCancelled()).isTrue();
    assertThat(requireNonNull(ofJdk.get()).isCancelled()).isFalse();
    mayLeave.countDown();
    Eventually.until("it ends", owner::isDone);
    assertThat(owner.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertThat(requireNonNull(ofJdk.get()).isCancelled()).isTrue();
  }

  @Test
  @DisplayName("on a thread that may not wait: opened; refused")
  void onEventLoop() {
    Mono<String> opening =
        Mono.fromCallable(() -> {
          StructuredTaskScope.<String>open().close();
          return "opened";
        });
    assertThat(awaitSingle(opening.subscribeOn(Schedulers.parallel()))).isEqualTo("opened");
    Mono<String> ours =
        Mono.fromCallable(() -> {
          CoroutineScope.open().close();
          return "opened";
        });
    assertThatThrownBy(() -> awaitSingle(ours.subscribeOn(Schedulers.parallel())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("parallel-");
  }

  @Test
  @DisplayName("the clock of a timeout: the JVM's; the current TimeSource")
  void clock() {
    Duration moment = Duration.ofMillis(20);
    AtomicReference<@Nullable Runnable> timer = new AtomicReference<>();
    TimeSource byHand =
        new TimeSource() {
          @Override
          public long nanoTime() {
            return 0;
          }

          @Override
          public Registration schedule(Duration delay, Runnable task) {
            assertThat(delay).isEqualTo(moment);
            timer.set(task);
            return () -> {};
          }
        };
    CoroutineContext.with(
        TimeSource.KEY,
        byHand,
        () -> {
          try (var jdk =
              StructuredTaskScope.open(
                  StructuredTaskScope.Joiner.<String>awaitAll(),
                  config -> config.withTimeout(moment))) {
            jdk.fork(() -> never());
            assertThatThrownBy(jdk::join).isInstanceOf(TimeoutException.class);
          }
          assertThat(timer).hasValue(null);
          try (var ours =
              CoroutineScope.open(
                  Joiner.<String>awaitAll(), config -> config.withTimeout(moment))) {
            ours.fork(() -> never());
            assertThat(ours.isCancelled()).isFalse();
            requireNonNull(timer.get()).run();
            assertThatThrownBy(ours::join).isInstanceOf(AwaitTimeoutException.class);
          }
        });
  }

  @Test
  @DisplayName("children that do not listen: silence; a report")
  void stragglers() {
    List<Throwable> reports = new CopyOnWriteArrayList<>();
    try (Registration reporting = Undeliverable.onFailure(reports::add)) {
      assertThat(reporting).isNotNull();
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch end = new CountDownLatch(1);
      Coroutine<?> deaf =
          Coroutine.start(() -> {
            try (var ours =
                CoroutineScope.open(
                    Joiner.<String>awaitAll(),
                    config -> config.withStragglerReport(Duration.ofMillis(1)))) {
              ours.fork(() -> slowToEnd(begun, end));
              begun.await();
            }
          });
      Eventually.until("reported", () -> !reports.isEmpty());
      end.countDown();
      deaf.await();
      assertThat(reports).singleElement().isInstanceOf(IllegalStateException.class);
    }
  }

  private static String idOfOwn(AtomicLong id) throws InterruptedException {
    id.set(Thread.currentThread().threadId());
    return never();
  }

  @Test
  @DisplayName("a thread dump: a group with the scope's name, nested; by its threads' names")
  void dump() {
    AtomicLong ofJdk = new AtomicLong();
    AtomicLong ofOurs = new AtomicLong();
    Coroutine<?> both =
        Coroutine.start(() -> {
          try (var jdk =
                  StructuredTaskScope.open(
                      StructuredTaskScope.Joiner.<String>awaitAll(),
                      config -> config.withName("jdk-prices"));
              var ours =
                  CoroutineScope.open(
                      Joiner.<String>awaitAll(), config -> config.withName("our-prices"))) {
            jdk.fork(() -> idOfOwn(ofJdk));
            ours.fork(() -> idOfOwn(ofOurs));
            ours.join();
          }
        });
    Eventually.until("both run", () -> ofJdk.get() > 0 && ofOurs.get() > 0);
    ThreadDump dump = ThreadDump.now();
    assertThat(dump.thread(ofJdk.get()).group()).startsWith("jdk-prices");
    assertThat(dump.thread(ofJdk.get()).name()).isEmpty();
    assertThat(dump.thread(ofOurs.get()).group()).doesNotContain("our-prices");
    assertThat(dump.thread(ofOurs.get()).name()).isEqualTo("our-prices");
    assertThat(dump.parents().get(dump.thread(ofOurs.get()).group())).isEqualTo(ThreadDump.ROOT);
    both.cancel();
    Eventually.until("it ends", both::isDone);
  }
}
