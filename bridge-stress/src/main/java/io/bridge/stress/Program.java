package io.bridge.stress;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.reactor.ReactorBridge;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Code drawn at random while it runs: each branch has a generator of its own, so that one seed
 * makes the same program whatever the threads do. What runs inside a shield has a deadline, so a
 * cancel ends every program.
 */
final class Program {

  /** Where Reactor's context has it, Reactor's own hook takes what is given up. */
  static final String HOOKED = "hooked";

  private static final CoroutineContext.Key<Integer> KEY = CoroutineContext.Key.of("depth");
  private static final int DEPTH = 3;
  private static final int MOST_STEPS = 4;

  final Workshop workshop;
  final Ledger ledger;
  final long id;
  final SplittableRandom random;
  final int depth;

  /** What the context must have for {@link #KEY}, wherever this runs (C1). */
  private final @Nullable Integer keyed;

  private Program(
      Workshop workshop, long id, SplittableRandom random, int depth, @Nullable Integer keyed) {
    this.workshop = workshop;
    this.ledger = workshop.ledger();
    this.id = id;
    this.random = random;
    this.depth = depth;
    this.keyed = keyed;
  }

  /** The program of {@code seed}. */
  static Program of(Workshop workshop, long id, long seed) {
    return new Program(workshop, id, new SplittableRandom(seed), DEPTH, null);
  }

  Program branch() {
    return branch(keyed);
  }

  private Program branch(@Nullable Integer key) {
    return new Program(workshop, id, random.split(), depth - 1, key);
  }

  /** Runs the program, as a body; fails as its code does. */
  Item run() throws Exception {
    ledger.bodies.incrementAndGet();
    try {
      checkContext();
      steps(1 + random.nextInt(MOST_STEPS));
      return new Item(ledger, this);
    } catch (Throwable t) {
      ledger.seen(id, t);
      throw t;
    } finally {
      ledger.bodies.decrementAndGet();
    }
  }

  /** The same, where the value must come to somebody or be given up. */
  Item runOwing() throws Exception {
    return run().owe();
  }

  /** The same, where the one that must come to it is a subscriber of Reactor's. */
  Item runOwingToReactor() throws Exception {
    return owingToReactor(run());
  }

  static Item owingToReactor(Item item) {
    if (ReactorBridge.currentContext().hasKey(HOOKED)) {
      item.expectHook();
    }
    return item.owe();
  }

  void checkContext() {
    Integer found = CoroutineContext.current().get(KEY);
    if (!Objects.equals(found, keyed)) {
      surprise("the context has " + found + ", not " + keyed);
    }
  }

  private void steps(int number) throws Exception {
    for (int i = 0; i < number; i++) {
      step();
    }
  }

  void stepSometimes() throws Exception {
    if (random.nextBoolean()) {
      step();
    }
  }

  /** One step, whose failure is mostly survived; a cancelled coroutine mostly stops. */
  void step() throws Exception {
    try {
      if (depth > 0 && random.nextInt(3) > 0) {
        inner();
      } else {
        leaf();
      }
    } catch (Exception e) {
      ledger.seen(id, e);
      if (random.nextInt(4) == 0 || (e instanceof CancellationException && random.nextInt(4) > 0)) {
        throw e;
      }
    }
  }

  private void leaf() throws Exception {
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3, 4 -> new Awaits(this).step();
      case 5 -> new ByteStreams(this).step();
      case 6 -> Await.delay(moment(1500));
      case 7 -> Thread.sleep(moment(1500));
      case 8 -> throw new Planned("step");
      default -> oddity();
    }
  }

  private void oddity() {
    switch (random.nextInt(4)) {
      case 0 -> {
        Coroutine<?> current = Coroutine.current();
        if (current != null) {
          current.cancel("by itself");
        }
      }
      case 1 -> Thread.currentThread().interrupt();
      default -> Coroutine.checkCancelled();
    }
  }

  private void inner() throws Exception {
    switch (random.nextInt(15)) {
      case 0, 1, 2 -> block(branch());
      case 3, 4, 5, 6 -> new Scopes(this).step();
      case 7, 8, 9 -> new Builds(this).step();
      case 10, 11 -> new Conversions(this).step();
      case 12 -> new Mappings(this).step();
      case 13 -> new Retries(this).step();
      default -> new ByteStreams(this).writtenAndRead();
    }
  }

  /** Code that is run in place, or while the caller waits. */
  private void block(Program inside) throws Exception {
    switch (random.nextInt(7)) {
      case 0 -> use(Coroutine.<Item, Exception>withTimeout(moment(4000), inside::runOwing));
      case 1 -> use(Coroutine.<Item, Exception>withTimeoutOrNull(moment(4000), inside::runOwing));
      case 2 -> {
        Duration deadline = moment(2000);
        use(
            Coroutine.<@Nullable Item, Exception>shield(
                () -> Coroutine.<Item, Exception>withTimeoutOrNull(deadline, inside::runOwing)));
      }
      case 3 -> use(Coroutine.<Item, Exception>runOn(workshop.executor(), inside::runOwing));
      case 4 -> detached(inside);
      case 5 -> use(ReactorBridge.<Item, Exception>withContext(this::hooked, inside::runOwing));
      default -> {
        int key = random.nextInt(100);
        Program within = inside.branch(key);
        use(CoroutineContext.<Integer, Item, Exception>with(KEY, key, within::runOwing));
      }
    }
  }

  private Context hooked(Context context) {
    return context.hasKey(HOOKED) // Reactor calls each of several
        ? context
        : Operators.enableOnDiscard(context.put(HOOKED, true), ledger::discardedByHook);
  }

  private static void detached(Program inside) {
    Coroutine<Item> other = Coroutine.start(inside::run);
    try {
      use(other.await());
    } finally {
      other.cancel();
    }
  }

  <T> HostileSource<T> source(boolean hostile, HostileSource.Maker<T> maker) {
    return new HostileSource<>(ledger, workshop.signals(), id, random, hostile, maker);
  }

  HostileSource<Item> hostile() {
    return source(true, fate -> fate);
  }

  HostileSource<Item> legal() {
    return source(false, fate -> fate);
  }

  Duration moment(int mostMicros) {
    return Duration.ofNanos(1000L * (1 + random.nextInt(mostMicros)));
  }

  void later(Runnable signal) {
    if (random.nextBoolean()) {
      signal.run();
    } else {
      var unused = workshop.signals().schedule(signal, random.nextInt(1500), TimeUnit.MICROSECONDS);
    }
  }

  static void use(@Nullable Item item) {
    if (item != null) {
      item.receive();
    }
  }

  void surprise(String what) {
    ledger.surprise(id, what, new Throwable());
  }

  @Override
  public String toString() {
    return "program " + id;
  }
}
