package io.bridge.stress;

import static java.util.Objects.requireNonNull;

import io.bridge.AwaitTimeoutException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

/** What must be even at the end: open subscriptions, live bodies, and what nobody expected. */
final class Ledger {

  /** Contract A8: what bridge adds to one failure. */
  private static final int MAX_SUPPRESSED = 8;

  private static final int MAX_KEPT = 20;

  /** Messages of failures that bridge itself makes of what a hostile source does. */
  private static final Set<String> OF_HOSTILE_SOURCES =
      Set.of(
          "item",
          "failure",
          "subscription",
          "more items than requested",
          "more than one item",
          "onSubscribe twice with one subscription");

  /** The same, of what a program does to its own stream or scope. */
  private static final Set<String> OF_PROGRAMS =
      Set.of(
          "emit after the end of the body",
          "the subscriber has cancelled",
          "the stream is closed",
          "the body of the stream has ended",
          ByteStreams.FAILED,
          Background.CLOSED);

  /** What bridge says of a cancelled coroutine, and of a stream that nobody wants. */
  private static final Set<String> OF_CANCELS =
      Set.of(Soak.STOPPED, "cancelled", "the subscriber has cancelled");

  final AtomicLong programs = new AtomicLong();
  final AtomicLong subscriptions = new AtomicLong();
  final AtomicLong cancels = new AtomicLong();
  final AtomicLong reported = new AtomicLong();
  final AtomicLong received = new AtomicLong();
  final AtomicLong givenUp = new AtomicLong();
  final AtomicLong givenToHook = new AtomicLong();
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger bodies = new AtomicInteger();

  /** Values that must be received or given up. */
  final Set<Item> owed = ConcurrentHashMap.newKeySet();

  /** Buffers, which have no identity to look at, by the number that is written in each. */
  final Map<Long, Item> buffers = new ConcurrentHashMap<>();

  /** Cursors that the end of their coroutine closes; else the cleaner might come before. */
  final Queue<Object> leftOpen = new ConcurrentLinkedQueue<>();

  final AtomicLong nextBuffer = new AtomicLong();

  private final AtomicInteger surpriseCount = new AtomicInteger();
  private final Queue<String> surprises = new ConcurrentLinkedQueue<>();

  /** A failure that arrived where a program could see it. */
  void seen(long program, Throwable failure) {
    if (!isExpected(failure)) {
      surprise(program, "a program ended by", failure);
    }
  }

  /** A failure that was reported because nobody could receive it. */
  void undeliverable(Throwable failure) {
    reported.incrementAndGet();
    if (!isExpected(failure) || isNoise(failure)) {
      Throwable here = new Throwable("reported here", failure);
      surprise(-1, "reported as undeliverable", here);
    }
  }

  /** The echo of a cancel of ours (B6); of other cancels, a source or a scope has failed. */
  private static boolean isNoise(Throwable failure) {
    String message = failure.getMessage();
    return failure instanceof CancellationException
        && message != null
        && OF_CANCELS.contains(message);
  }

  void discarded(Object value) {
    Item item = itemOf(value);
    if (item != null) {
      item.giveUp();
    }
  }

  /** Reactor's own hook, where a program has set one. */
  void discardedByHook(Object value) {
    Item item = itemOf(value);
    if (item != null) {
      item.giveToHook();
    }
  }

  private @Nullable Item itemOf(Object value) {
    return switch (value) {
      case Item item -> item;
      case Chunk chunk -> chunk.item();
      case ByteBuffer buffer -> buffers.get(Chunk.number(buffer));
      default -> null;
    };
  }

  private static boolean isExpected(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && (cause instanceof CompletionException
            || cause instanceof ExecutionException
            || cause instanceof IOException)) {
      cause = cause.getCause();
    }
    if (cause instanceof Planned) {
      return cause.getSuppressed().length <= MAX_SUPPRESSED;
    }
    return cause instanceof CancellationException
        || cause instanceof AwaitTimeoutException
        || cause instanceof InterruptedException
        || (Exceptions.isRetryExhausted(cause) && isExpected(requireNonNull(cause.getCause())))
        || (cause instanceof NoSuchElementException && cause.getMessage() != null)
        || isOfHostileSource(cause);
  }

  private static boolean isOfHostileSource(Throwable cause) {
    String message = cause.getMessage();
    return (cause instanceof RuntimeException || cause instanceof IOException)
        && message != null
        && (OF_HOSTILE_SOURCES.contains(message) || OF_PROGRAMS.contains(message));
  }

  void surprise(long program, String what, @Nullable Throwable failure) {
    if (surpriseCount.getAndIncrement() < MAX_KEPT) {
      StringWriter text = new StringWriter();
      text.append(what).append(program < 0 ? "" : " in program " + program).append(": ");
      if (failure != null) {
        failure.printStackTrace(new PrintWriter(text));
      }
      surprises.add(text.toString());
    }
  }

  int surpriseCount() {
    return surpriseCount.get();
  }

  List<String> surprises() {
    return List.copyOf(surprises);
  }
}
