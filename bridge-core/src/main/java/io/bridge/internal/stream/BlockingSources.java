package io.bridge.internal.stream;

import static java.util.Objects.requireNonNull;

import io.bridge.Coroutine;
import io.bridge.Emitter;
import io.bridge.Undeliverable;
import io.bridge.VoidBody;
import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.ShieldFrame;
import io.bridge.internal.failure.AwaitSite;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/** Blocking sources as bodies of a stream; their resources are closed before the stream ends. */
public final class BlockingSources {

  private static final String THREAD_NAME = "bridge-publisher";

  private BlockingSources() {}

  /** See {@link io.bridge.Publishers#fromIterable}. */
  public static <T> Publisher<T> ofIterable(Iterable<? extends T> items) {
    return subscriber -> {
      var unused = run(subscriber, emitter -> emitAll(items.iterator(), emitter));
    };
  }

  /** See {@link io.bridge.Publishers#fromIterator}. */
  public static <T> Publisher<T> ofIterator(Iterator<? extends T> items) {
    return new OneRun<>(closeable(items), emitter -> emitAll(items, emitter));
  }

  /** See {@link io.bridge.Publishers#fromStream}. */
  public static <T> Publisher<T> ofStream(Stream<? extends T> items) {
    return new OneRun<>(items, emitter -> closing(items, () -> emitAll(items, emitter)));
  }

  private static <T> @Nullable Coroutine<?> run(
      Subscriber<? super T> subscriber, Emitter.Body<T> body) {
    return EmitterSubscription.subscribe(
        THREAD_NAME, body, null, subscriber, Undeliverable::report);
  }

  private static <T> void emitAll(Iterator<? extends T> items, Emitter<T> emitter)
      throws Exception {
    closing(
        closeable(items),
        () -> {
          while (items.hasNext()) {
            emitter.emit(nonNull(items.next()));
          }
        });
  }

  /** Pushes, because an iterator of a stream buffers whole inner streams of a flatMap. */
  private static <T> void emitAll(Stream<? extends T> items, Emitter<T> emitter) {
    items.sequential().forEachOrdered(item -> emitter.emit(nonNull(item)));
  }

  private static <T> T nonNull(T item) {
    return requireNonNull(item, "null is no item of a stream"); // RS 2.13
  }

  private static AutoCloseable closeable(Iterator<?> items) {
    return items instanceof AutoCloseable held ? held : () -> {};
  }

  /** Runs {@code emitting}, then closes {@code held}; a cancel does not cut the close short. */
  private static void closing(AutoCloseable held, VoidBody<Exception> emitting) throws Exception {
    Throwable failure = null;
    try {
      emitting.run();
    } catch (Throwable t) {
      failure = t;
      throw t;
    } finally {
      close(held, failure);
    }
  }

  private static void close(AutoCloseable held, @Nullable Throwable failure) throws Exception {
    try {
      ShieldFrame.run(VoidBodies.returningNull(held::close));
    } catch (Throwable ofClose) {
      if (failure == null) {
        throw ofClose;
      }
      // a cancelled body does not deliver its failure, nor one suppressed in that (A12)
      if (Cancellation.isCurrentCancelled() || !AwaitSite.addSiblings(failure, List.of(ofClose))) {
        Undeliverable.report(ofClose);
      }
    }
  }

  /** A source that runs once; its resource is closed even if its body never begins. */
  private static final class OneRun<T> implements Publisher<T> {

    private final AutoCloseable held;
    private final Emitter.Body<T> body;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final AtomicBoolean begun = new AtomicBoolean();

    OneRun(AutoCloseable held, Emitter.Body<T> body) {
      this.held = held;
      this.body = body;
    }

    @Override
    public void subscribe(Subscriber<? super T> subscriber) {
      requireNonNull(subscriber, "subscriber"); // RS 1.9, before it is taken
      if (taken.getAndSet(true)) {
        var unused = BlockingSources.<T>run(subscriber, emitter -> refuse());
        return;
      }
      Coroutine<?> running = null;
      try {
        running = BlockingSources.<T>run(subscriber, this::begin);
      } finally {
        if (running == null) {
          closeUnlessBegun();
        } else {
          running.onCompletion(ended -> closeUnlessBegun());
        }
      }
    }

    private static void refuse() {
      throw new IllegalStateException("an iterator or a stream has one subscriber only");
    }

    private void begin(Emitter<T> emitter) throws Exception {
      begun.set(true);
      body.run(emitter);
    }

    private void closeUnlessBegun() {
      if (!begun.getAndSet(true)) {
        try {
          held.close();
        } catch (Throwable t) {
          Undeliverable.report(t);
        }
      }
    }
  }
}
