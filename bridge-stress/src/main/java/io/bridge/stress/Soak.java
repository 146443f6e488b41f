package io.bridge.stress;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.Publishers;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.LiveThreads;
import io.reactivex.rxjava3.exceptions.UndeliverableException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import reactor.core.publisher.Hooks;

/**
 * Random programs over random hostile sources, some at a time, each cancelled after a while. Now
 * and then all of them end, and then no coroutine may live, no subscription be open, nothing
 * unexpected have been reported, and heap and threads not have grown.
 *
 * <p>Arguments: the duration in seconds; the seed (printed by every run); the number of one
 * program, to run that one only. A seed makes the same programs, not the same order of their
 * threads.
 */
public final class Soak {

  /** Why programs are cancelled. */
  static final String STOPPED = "stopped by the soak";

  private static final int AT_ONCE = 48;
  private static final int CHECKPOINTS = 20;
  private static final int LONGEST_MICROS = 30_000;
  private static final Duration HANGS_AFTER = Duration.ofSeconds(60);

  /** While values are owed; more often, and what gives them up would not get to it. */
  private static final Duration COLLECT_EVERY = Duration.ofMillis(100);

  private static final int MOST_SHOWN = 8;

  private static final long HEAP_SLACK = 4 << 20;

  /** The JDK's carriers, compensating ones included, come and go. */
  private static final int THREAD_SLACK = 8;

  private final long seed;
  private final long onlyProgram;
  private final Ledger ledger = new Ledger();
  private final ScheduledExecutorService signals;
  private final Background background;
  private final Workshop workshop;
  private final Semaphore free = new Semaphore(AT_ONCE);
  private final Map<Long, Coroutine<Item>> running = new ConcurrentHashMap<>();
  private final List<Long> heap = new ArrayList<>();
  private final List<Integer> threads = new ArrayList<>();

  private final LiveThreads live;

  private long next;
  private long nextCollection = System.nanoTime();

  private Soak(long seed, long onlyProgram) {
    this.seed = seed;
    this.onlyProgram = onlyProgram;
    ThreadFactory daemons = Thread.ofPlatform().daemon().name("soak-signals-", 0).factory();
    this.signals = Executors.newScheduledThreadPool(3, daemons);
    this.background = new Background(ledger);
    this.workshop =
        new Workshop(
            ledger,
            signals,
            Executors.newFixedThreadPool(
                4, Thread.ofPlatform().daemon().name("soak-executor-", 0).factory()),
            background);
    startSharedThreads();
    this.live = LiveThreads.sinceNow();
  }

  /** Those of the library that serve all timers and cursors, and stay. */
  private static void startSharedThreads() {
    Await.delay(Duration.ofNanos(1));
    Publishers.iterate(Publishers.fromIterable(List.of(1))).close();
  }

  /**
   * Runs the soak; exits with 1 if an invariant does not hold.
   *
   * @param args see the class
   */
  public static void main(String... args) throws InterruptedException {
    long seconds = args.length > 0 ? Long.parseLong(args[0]) : 60;
    long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
    long program = args.length > 2 ? Long.parseLong(args[2]) : -1;
    System.out.printf("soak of %d s, seed %d%n", seconds, seed);
    boolean even = new Soak(seed, program).run(Duration.ofSeconds(seconds));
    System.exit(even ? 0 : 1);
  }

  private boolean run(Duration duration) throws InterruptedException {
    Hooks.onErrorDropped(failure -> {
      if (!(failure instanceof RejectedExecutionException)) { // publishOn, after its own cancel
        ledger.undeliverable(failure);
      }
    });
    RxJavaPlugins.setErrorHandler(failure ->
        ledger.undeliverable(
            failure instanceof UndeliverableException && failure.getCause() != null
                ? failure.getCause()
                : failure));
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> ledger.surprise(-1, "uncaught in " + thread, failure));
    var unusedFailures = Undeliverable.onFailure(ledger::undeliverable);
    var unusedValues = Undeliverable.onDiscard(ledger::discarded);
    long begin = System.nanoTime();
    boolean even = true;
    for (int i = 1; even && i <= CHECKPOINTS; i++) {
      even = runUntil(begin + duration.toNanos() / CHECKPOINTS * i) && isEven();
      report(begin);
    }
    return even && isFlat();
  }

  private boolean runUntil(long end) throws InterruptedException {
    while (System.nanoTime() - end < 0) {
      free.acquire();
      start(onlyProgram < 0 ? next++ : onlyProgram);
    }
    if (free.tryAcquire(AT_ONCE, HANGS_AFTER.toSeconds(), TimeUnit.SECONDS)) {
      free.release(AT_ONCE);
      return true;
    }
    ledger.surprise(-1, "these programs hang: " + running.keySet() + stacks(), null);
    return false;
  }

  private void start(long number) {
    SplittableRandom draws = new SplittableRandom(seed + number);
    Program program = Program.of(workshop, number, draws.nextLong());
    ledger.programs.incrementAndGet();
    Coroutine<Item> coroutine = Coroutine.start(program::run);
    running.put(number, coroutine);
    coroutine.onCompletion(ended -> {
      running.remove(number);
      free.release();
    });
    var unused =
        signals.schedule(
            () -> coroutine.cancel(STOPPED),
            1 + draws.nextInt(LONGEST_MICROS),
            TimeUnit.MICROSECONDS);
  }

  /** All programs have ended: what they have begun ends with them, be it on other threads. */
  private boolean isEven() {
    background.renew();
    boolean even = true;
    even &= ends("live bodies", () -> ledger.bodies.get());
    even &= ends("open subscriptions", () -> ledger.open.get());
    even &= ends("live coroutines", () -> live.startedByBridge());
    ledger.leftOpen.clear();
    even &= ends("values neither received nor given up", this::owedValues);
    even &= ends("failures of background tasks lost or told twice", background::unhandled);
    ledger.buffers.clear();
    return even && ledger.surpriseCount() == 0;
  }

  /** Where code of another thread has iterated, only the cleaner may give up what is left (I1). */
  private int owedValues() {
    int owed = ledger.owed.size();
    if (owed > 0 && System.nanoTime() - nextCollection > 0) {
      System.gc();
      nextCollection = System.nanoTime() + COLLECT_EVERY.toNanos();
    }
    return owed;
  }

  /** Some of the values that are owed. */
  private String owed() {
    return System.lineSeparator() + ledger.owed.stream().limit(MOST_SHOWN).toList();
  }

  private boolean ends(String what, IntSupplier count) {
    try {
      Eventually.until(what, () -> count.getAsInt() == 0);
      return true;
    } catch (AssertionError e) {
      ledger.surprise(-1, count.getAsInt() + " " + what + owed() + stacks(), null);
      return false;
    }
  }

  private String stacks() {
    return System.lineSeparator() + live.started();
  }

  private void report(long begin) {
    System.gc();
    heap.add(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    threads.add(ManagementFactory.getThreadMXBean().getThreadCount());
    System.out.printf(
        "%5d s: %d programs, %d subscriptions, %d cancels; %d failures reported, %d values"
            + " received, %d given up, %d to Reactor's hook; heap %.1f MiB, %d threads%n",
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
        ledger.programs.get(),
        ledger.subscriptions.get(),
        ledger.cancels.get(),
        ledger.reported.get(),
        ledger.received.get(),
        ledger.givenUp.get(),
        ledger.givenToHook.get(),
        heap.getLast() / (double) (1 << 20),
        threads.getLast());
    ledger.surprises().forEach(System.out::println);
  }

  /** The middle third against the last: the first warms up. */
  private boolean isFlat() {
    int third = CHECKPOINTS / 3;
    long heapBefore = least(heap.subList(third, 2 * third));
    long heapAfter = least(heap.subList(2 * third, CHECKPOINTS));
    int threadsBefore = threads.get(third);
    int threadsAfter = threads.getLast();
    boolean flat =
        heapAfter - heapBefore < HEAP_SLACK && threadsAfter - threadsBefore <= THREAD_SLACK;
    System.out.printf(
        "%s: heap %d KiB then %d KiB, threads %d then %d%n",
        flat ? "even and flat" : "NOT FLAT",
        heapBefore >> 10,
        heapAfter >> 10,
        threadsBefore,
        threadsAfter);
    return flat;
  }

  private static long least(List<Long> samples) {
    return samples.stream().mapToLong(Long::longValue).min().orElseThrow();
  }
}
