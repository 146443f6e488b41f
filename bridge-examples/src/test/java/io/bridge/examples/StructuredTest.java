package io.bridge.examples;

import static io.bridge.Coroutine.checkCancelled;
import static io.bridge.Coroutine.shield;
import static io.bridge.Coroutine.withTimeout;
import static io.bridge.Publishers.forEach;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.Coroutine.State;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.Registration;
import io.bridge.TimeSource;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.ManualClock;
import io.reactivex.rxjava3.core.Single;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The code of docs/guide/structured.md, without its migration pairs. */
@Timeout(60)
class StructuredTest {

  private final IllegalStateException broken = new IllegalStateException("broken");

  record User(String name) {}

  record Page(User user, List<String> orders) {}

  /** Where the user, the account and the orders come from. */
  static class Shop {

    Mono<User> findUser(String id) {
      return Mono.just(new User(id)).hide();
    }

    Single<String> findAccount(String id) {
      return Single.just("account of " + id).hide();
    }

    Flux<String> findOrders(String account) {
      return Flux.just("book for " + account, "lamp for " + account).hide();
    }

    // tag::page[]
    Page page(String id) {
      try (var scope = CoroutineScope.open()) {
        Coroutine<User> user = scope.fork(() -> awaitSingle(findUser(id))); // a Mono
        Coroutine<List<String>> orders =
            scope.fork(() -> {
              String account = await(findAccount(id)); // a Single, and then a Flux
              return awaitList(findOrders(account));
            });
        scope.join(); // the first failure cancels the other one and is thrown here
        return new Page(user.get(), orders.get());
      }
    }

    // end::page[]

    // tag::within[]
    Page pageWithin(String id) {
      return CoroutineScope.within(scope -> {
        Coroutine<List<String>> orders =
            scope.fork(() -> awaitList(findOrders(await(findAccount(id)))));
        User user = awaitSingle(findUser(id)); // ends at once when the orders fail
        return new Page(user, orders.await());
      }); // joined and closed; a failure of the block has those of the coroutines suppressed
    }
    // end::within[]
  }

  @Test
  @DisplayName("S2 a scope: fork, join, get")
  void page() {
    assertThat(new Shop().page("ann"))
        .isEqualTo(
            new Page(
                new User("ann"), List.of("book for account of ann", "lamp for account of ann")));
  }

  @Test
  @DisplayName("S4 (2): a scope in one call")
  void pageWithin() {
    assertThat(new Shop().pageWithin("ann")).isEqualTo(new Shop().page("ann"));
    Shop shop =
        new Shop() {
          @Override
          Mono<User> findUser(String id) {
            return Mono.never();
          }

          @Override
          Single<String> findAccount(String id) {
            return Single.error(broken);
          }
        };
    assertThatThrownBy(() -> shop.pageWithin("ann")).isSameAs(broken);
  }

  @Test
  @DisplayName("S4 a scope: the first failure is thrown, the other is cancelled")
  void pageFails() {
    AtomicBoolean cancelled = new AtomicBoolean();
    Shop shop =
        new Shop() {
          @Override
          Mono<User> findUser(String id) {
            return Mono.<User>never().doOnCancel(() -> cancelled.set(true));
          }

          @Override
          Single<String> findAccount(String id) {
            return Single.error(broken);
          }
        };
    assertThatThrownBy(() -> shop.page("ann")).isSameAs(broken);
    Coroutine<Page> page = Coroutine.start(() -> shop.page("ann"));
    assertThatThrownBy(page::await).isSameAs(broken);
    assertThat(cancelled).isTrue();
  }

  // tag::all[]
  static List<Integer> sizes(List<String> pages) {
    try (var scope = CoroutineScope.open(Joiner.<Integer>allSuccessfulOrThrow())) {
      for (String page : pages) {
        scope.fork(() -> sizeOf(page));
      }
      return scope.join(); // in the order of the forks
    }
  }

  // end::all[]

  private static int sizeOf(String page) throws IOException {
    if (page.isEmpty()) {
      throw new FileNotFoundException("no page");
    }
    return awaitSingle(Mono.just(page.length()));
  }

  // tag::any[]
  static String fromAny(List<Mono<String>> mirrors) {
    try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      mirrors.forEach(mirror -> scope.fork(() -> awaitSingle(mirror)));
      return scope.join(); // the first value; the others are cancelled
    }
  }

  // end::any[]

  // tag::supervise[]
  static List<String> publish(List<Mono<String>> mirrors) {
    try (var scope = CoroutineScope.open(Joiner.<String>awaitAll())) {
      List<Coroutine<String>> uploads =
          mirrors.stream().map(mirror -> scope.fork(() -> awaitSingle(mirror))).toList();
      scope.join(); // waits for all, whatever becomes of them
      return uploads.stream().map(StructuredTest::outcome).toList();
    }
  }

  private static String outcome(Coroutine<String> upload) {
    return switch (upload.state()) {
      case SUCCEEDED -> upload.get();
      case FAILED -> "failed: " + requireNonNull(upload.failure()).getMessage();
      case CANCELLED, RUNNING -> "none";
    };
  }

  // end::supervise[]

  // tag::until[]
  static List<Integer> offersWithin(Duration time, List<Single<Integer>> sellers) {
    try (var scope =
        CoroutineScope.open(
            Joiner.<Integer>allUntil(offer -> false), config -> config.withTimeout(time))) {
      sellers.forEach(seller -> scope.fork(() -> await(seller)));
      return scope.join().stream()
          .filter(offer -> offer.state() == State.SUCCEEDED)
          .map(Coroutine::get)
          .toList();
    }
  }

  // end::until[]

  @Test
  @DisplayName("S2 the joiners")
  void joiners() {
    assertThat(sizes(List.of("a", "bbb", "cc"))).containsExactly(1, 3, 2);
    assertThatThrownBy(() -> sizes(List.of("a", "")))
        .hasCauseInstanceOf(FileNotFoundException.class);
    Mono<String> down = Mono.error(broken);
    assertThat(fromAny(List.of(down, Mono.just("page"), Mono.never()))).isEqualTo("page");
    assertThatThrownBy(() -> fromAny(List.of(down))).isSameAs(broken);
    assertThat(publish(List.of(Mono.just("ok"), down))).containsExactly("ok", "failed: broken");
    ManualClock clock = new ManualClock();
    CountDownLatch quick = new CountDownLatch(2);
    Single<Integer> offer = Single.fromCallable(() -> 7).doFinally(quick::countDown);
    Coroutine<List<Integer>> offers =
        CoroutineContext.with(
            TimeSource.KEY,
            timeOf(clock),
            () ->
                Coroutine.start(() ->
                    offersWithin(Duration.ofMillis(200), List.of(offer, Single.never(), offer))));
    Eventually.until("two offers are there", () -> quick.getCount() == 0);
    clock.advance(Duration.ofMillis(200));
    assertThat(offers.await()).containsExactly(7, 7);
  }

  private static TimeSource timeOf(ManualClock clock) {
    return new TimeSource() {
      @Override
      public long nanoTime() {
        return clock.nanoTime();
      }

      @Override
      public Registration schedule(Duration delay, Runnable task) {
        return clock.schedule(delay, task)::run;
      }
    };
  }

  // tag::joiner[]
  /** Whoever ends first, with a value or a failure. */
  static final class FirstToEnd<T extends @Nullable Object> implements Joiner<T, T> {
    private final AtomicReference<@Nullable Coroutine<? extends T>> first = new AtomicReference<>();

    @Override
    public boolean onComplete(Coroutine<? extends T> child) { // several at once
      return first.compareAndSet(null, child); // true cancels the rest
    }

    @Override
    public T result() throws Throwable {
      Coroutine<? extends T> child = requireNonNull(first.get(), "nothing was forked");
      Throwable failure = child.failure();
      if (failure != null) {
        throw failure;
      }
      return child.get();
    }
  }

  // end::joiner[]

  @Test
  @DisplayName("S2 a joiner of one's own")
  void ownJoiner() {
    try (var scope = CoroutineScope.open(new FirstToEnd<String>())) {
      scope.fork(() -> awaitSingle(Mono.<String>never()));
      scope.fork(() -> awaitSingle(Mono.<String>error(broken)));
      assertThatThrownBy(scope::join).isSameAs(broken);
    }
  }

  // tag::block[]
  static void answer(Mono<Void> connection, Flux<String> questions, Consumer<String> answers) {
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> {
        await(connection); // fails when the client hangs up
      });
      forEach(questions, answers::accept); // and then this throws that failure
    }
  }

  // end::block[]

  @Test
  @DisplayName("A9 S4 awaits in the block of a failed scope throw the failure")
  void block() {
    List<String> answers = new ArrayList<>();
    assertThatThrownBy(() -> answer(Mono.error(broken), Flux.never(), answers::add))
        .isSameAs(broken);
    answer(Mono.never(), Flux.just("a", "b"), answers::add);
    assertThat(answers).containsExactly("a", "b");
  }

  @Test
  @DisplayName("S4 all failures")
  void failures() {
    CountDownLatch bothRun = new CountDownLatch(2);
    List<String> seen = new ArrayList<>();
    // tag::failures[]
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> copy("left", bothRun));
      scope.fork(() -> copy("right", bothRun));
      try {
        scope.join();
      } catch (IllegalStateException first) {
        assertThat(first.getSuppressed()).contains(scope.failures().get(1));
        scope.failures().forEach(failure -> seen.add(failure.getMessage()));
      }
    }
    // end::failures[]
    assertThat(seen).containsExactlyInAnyOrder("left", "right");
  }

  private static void copy(String side, CountDownLatch bothRun) {
    bothRun.countDown();
    Eventually.until("both run", () -> bothRun.getCount() == 0);
    throw new IllegalStateException(side);
  }

  private static String never() {
    return awaitSingle(Mono.<String>never());
  }

  @Test
  @DisplayName("S2 the table of joiners: nobody succeeded")
  void nobody() {
    try (var scope = CoroutineScope.open()) {
      assertThat(scope.join()).isNull();
    }
    try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      scope.fork(StructuredTest::never).cancel();
      assertThat(scope.join()).isEmpty();
    }
    try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      scope.fork(StructuredTest::never).cancel();
      assertThatThrownBy(scope::join).isInstanceOf(NoSuchElementException.class);
    }
    try (var scope = CoroutineScope.open(Joiner.<String>allUntil(child -> false))) {
      Coroutine<String> child = scope.fork(StructuredTest::never);
      child.cancel();
      assertThat(scope.join()).containsExactly(child);
    }
  }

  @Test
  @DisplayName("A9 S3 S4 the table of events")
  void events() {
    try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      Coroutine<String> other = scope.fork(StructuredTest::never);
      scope.fork(() -> "enough");
      Eventually.until("the other is cancelled", other::isDone);
      assertThat(awaitSingle(Mono.just("the block goes on").hide())).isNotEmpty();
      assertThat(scope.join()).isEqualTo("enough");
    }
    try (var scope = CoroutineScope.open()) {
      scope.fork(StructuredTest::never);
      scope.cancel("why");
      assertThatThrownBy(StructuredTest::never).isInstanceOf(CancellationException.class);
      assertThatThrownBy(scope::join).isInstanceOf(CancellationException.class).hasMessage("why");
      assertThat(scope.fork(() -> "late").state()).isNotEqualTo(State.SUCCEEDED);
    }
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    Coroutine<String> around =
        Coroutine.start(() -> {
          try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
            scope.fork(() -> {
              try {
                begun.countDown();
                return never();
              } finally {
                ended.set(true);
              }
            });
            return scope.join();
          }
        });
    Eventually.until("the child runs", () -> begun.getCount() == 0);
    around.cancel();
    assertThatThrownBy(around::await).hasCauseInstanceOf(CancellationException.class);
    assertThat(ended).isTrue();
    List<Coroutine<String>> left = new ArrayList<>();
    assertThatThrownBy(() -> leaveByException(left)).isSameAs(broken);
    assertThat(left).extracting(Coroutine::state).containsExactly(State.CANCELLED);
    assertThatThrownBy(left.get(0)::get).isInstanceOf(IllegalStateException.class);
  }

  private void leaveByException(List<Coroutine<String>> left) {
    try (var scope = CoroutineScope.open()) {
      left.add(scope.fork(StructuredTest::never));
      throw broken;
    }
  }

  @Test
  @DisplayName("S2 platform threads, by a thread factory")
  void platformThreads() {
    try (var scope =
        CoroutineScope.open(
            Joiner.<Boolean>anySuccessfulOrThrow(),
            config -> config.withThreadFactory(Thread.ofPlatform().factory()))) {
      scope.fork(() -> Thread.currentThread().isVirtual());
      assertThat(scope.join()).isFalse();
    }
  }

  // tag::checked[]
  static String read(String file) throws IOException {
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> text = scope.fork(() -> load(file)); // throws IOException
      scope.fork(() -> awaitSingle(Mono.never())); // whatever else is going on
      return awaitOrThrow(text, IOException.class);
    }
  }

  // end::checked[]

  private static String load(String file) throws IOException {
    if (file.isEmpty()) {
      throw new FileNotFoundException("no file");
    }
    return "text of " + file;
  }

  @Test
  @DisplayName("A7 S4 a checked failure as itself")
  void checked() throws IOException {
    assertThat(read("a")).isEqualTo("text of a");
    assertThatThrownBy(() -> read("")).isInstanceOf(FileNotFoundException.class);
  }

  @Test
  @DisplayName("S5 one is cancelled alone")
  void alone() {
    Mono<String> search = Mono.just("result").hide();
    AtomicBoolean cancelled = new AtomicBoolean();
    Mono<String> suggestion = Mono.<String>never().doOnCancel(() -> cancelled.set(true));
    // tag::alone[]
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> hint = scope.fork(() -> awaitSingle(suggestion));
      Coroutine<String> found = scope.fork(() -> awaitSingle(search));
      String result = found.await(); // in the block, before the join
      hint.cancel("there is a result");
      scope.join(); // does not fail
      assertThat(hint.state()).isEqualTo(State.CANCELLED);
      assertThat(result).isEqualTo("result");
    }
    // end::alone[]
  }

  @Test
  @DisplayName("T1 S2 the timeout of a scope")
  void timeout() {
    assertThat(quick(Mono.just("text"), Duration.ofDays(1))).isEqualTo("text");
    assertThat(quick(Mono.never(), Duration.ofMillis(50))).isEqualTo("still loading");
  }

  // tag::timeout[]
  static String quick(Mono<String> source, Duration time) {
    try (var scope =
        CoroutineScope.open(
            Joiner.<String>anySuccessfulOrThrow(),
            config -> config.withName("page").withTimeout(time))) {
      scope.fork(() -> awaitSingle(source));
      return scope.join();
    } catch (AwaitTimeoutException slow) { // unchecked, and not a CancellationException
      return "still loading";
    }
  }

  // end::timeout[]

  /** Sends letters. */
  interface Transport {
    Mono<Void> send(String letter);
  }

  // tag::service[]
  static final class Mailer {
    private final Transport transport;
    private final CoroutineScope<@Nullable Object, ?> background;

    Mailer(Transport transport, Consumer<Throwable> log) {
      this.transport = transport;
      background =
          CoroutineScope.background(config ->
              config
                  .withName("mailer")
                  .withFailureHandler((letter, failure) -> log.accept(failure)));
    }

    void send(String letter) { // from any thread; nobody waits
      background.fork(() -> {
        await(transport.send(letter));
      });
    }

    void close(Duration patience) {
      background.close(patience); // no new letters; then cancels those that are not out yet
    }
  }

  // end::service[]

  @Test
  @DisplayName("S3 a background scope, owned by a service")
  void service() {
    Queue<String> sent = new ConcurrentLinkedQueue<>();
    Queue<Throwable> log = new ConcurrentLinkedQueue<>();
    AtomicBoolean cancelled = new AtomicBoolean();
    Transport transport =
        letter ->
            switch (letter) {
              case "wrong" -> Mono.error(new IOException("no such address"));
              case "slow" -> Mono.<Void>never().doOnCancel(() -> cancelled.set(true));
              default -> Mono.<Void>fromRunnable(() -> sent.add(letter)).hide();
            };
    Mailer mailer = new Mailer(transport, log::add);
    Coroutine<?> caller =
        Coroutine.start(() -> {
          mailer.send("one");
          mailer.send("wrong");
        });
    caller.await(); // the letters outlive who has sent them
    mailer.send("two");
    mailer.close(Eventually.DEADLINE); // all get ready
    assertThat(sent).containsExactlyInAnyOrder("one", "two");
    assertThat(log).singleElement().isInstanceOf(IOException.class);
    assertThatThrownBy(() -> mailer.send("late")).isInstanceOf(IllegalStateException.class);

    CountDownLatch begun = new CountDownLatch(1);
    Mailer stuck =
        new Mailer(l -> transport.send(l).doOnSubscribe(s -> begun.countDown()), log::add);
    stuck.send("slow");
    Eventually.until("the letter is being sent", () -> begun.getCount() == 0);
    stuck.close(Duration.ofMillis(1));
    assertThat(cancelled).isTrue();
    assertThat(log).hasSize(1); // a cancel is no failure
  }

  @Test
  @DisplayName("S3 stragglers are reported by name")
  void stragglers() {
    Queue<Throwable> reports = new ConcurrentLinkedQueue<>();
    CountDownLatch begun = new CountDownLatch(1);
    Registration reporting = Undeliverable.onFailure(reports::add);
    // tag::stragglers[]
    try (var scope =
        CoroutineScope.open(
            Joiner.<String>anySuccessfulOrThrow(),
            config -> config.withName("query").withStragglerReport(Duration.ofMillis(50)))) {
      scope.fork(() -> deaf(begun, reports)); // takes no notice of its interrupt
      scope.fork(() -> {
        begun.await();
        return "quick";
      });
      assertThat(scope.join()).isEqualTo("quick"); // when both have ended
    }
    // end::stragglers[]
    reporting.close();
    assertThat(reports).hasSize(1);
    assertThat(reports.peek())
        .hasMessageStartingWith("scope query waits for query (")
        .hasMessageEndingWith("), which is cancelled");
  }

  @SuppressWarnings("ThreadPriorityCheck") // kind to a busy machine
  private static String deaf(CountDownLatch begun, Queue<Throwable> reports) {
    begun.countDown();
    while (reports.isEmpty()) {
      Thread.yield();
    }
    return "slow";
  }

  /** A connection of a pool. */
  record Lease(Mono<String> work, Mono<Void> release) {}

  // tag::cleanup[]
  static String use(Lease lease) {
    try {
      return awaitSingle(lease.work());
    } finally {
      shield(() -> withTimeout(Duration.ofSeconds(5), () -> giveBack(lease)));
    }
  }

  private static void giveBack(Lease lease) {
    await(lease.release()); // without the shield, a cancelled coroutine does not get this far
  }

  // end::cleanup[]

  @Test
  @DisplayName("A9 cleanup that awaits, in a scope that fails")
  void cleanup() {
    AtomicBoolean released = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    Lease lease =
        new Lease(
            Mono.<String>never().doOnSubscribe(s -> begun.countDown()),
            Mono.<Void>fromRunnable(() -> released.set(true)).hide());
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> use(lease));
      scope.fork(() -> {
        begun.await();
        throw broken;
      });
      assertThatThrownBy(scope::join).isSameAs(broken);
    }
    assertThat(released).isTrue();
  }

  // tag::cpu[]
  static int primesBelow(int limit) {
    int primes = 0;
    for (int n = 2; n < limit; n++) {
      checkCancelled(); // throws where an await would
      if (isPrime(n)) {
        primes++;
      }
    }
    return primes;
  }

  // end::cpu[]

  private static boolean isPrime(int n) {
    for (int divisor = 2; (long) divisor * divisor <= n; divisor++) {
      if (n % divisor == 0) {
        return false;
      }
    }
    return true;
  }

  @Test
  @DisplayName("S6 a loop that computes ends when it is cancelled")
  void cpu() {
    assertThat(primesBelow(100)).isEqualTo(25);
    try (var scope = CoroutineScope.open(Joiner.<Integer>anySuccessfulOrThrow())) {
      Coroutine<Integer> endless = scope.fork(() -> primesBelow(Integer.MAX_VALUE));
      scope.fork(() -> primesBelow(100));
      assertThat(scope.join()).isEqualTo(25);
      assertThat(endless.state()).isEqualTo(State.CANCELLED);
      assertThat(endless.failure()).isInstanceOf(CancellationException.class);
    }
  }
}
