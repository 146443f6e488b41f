package io.bridge.internal.mapping;

import static java.util.Objects.requireNonNull;

import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cursor.Iteration;
import io.bridge.internal.cursor.IterationCursor;
import io.bridge.internal.failure.EntryPoint;
import io.bridge.internal.library.ReactiveLibraries;
import io.bridge.internal.stream.EmitterSubscription;
import io.bridge.internal.stream.InPlaceConsumer;
import org.reactivestreams.Publisher;

/**
 * Passes a publisher on (B4a): a body of ours in place, any other by a loop that asks for one item
 * whenever the subscriber has. Proof: EmitAllTest.
 */
@EntryPoint(of = Emitter.class)
public final class EmitAll {

  private EmitAll() {}

  /**
   * Emits all items of {@code source}.
   *
   * @param to the emitter
   * @param source any number of items
   * @param <T> the type of the items
   */
  public static <T> void run(Emitter<T> to, Publisher<? extends T> source) {
    requireNonNull(source, "source");
    if (to instanceof EmitterSubscription<T> gate) {
      gate.checkEmit();
      if (!InPlaceConsumer.<T, RuntimeException>forEach(
          source, gate::emit, Cancellation.enterAwait())) {
        loop(gate, source);
      }
    } else {
      emitEach(to, ReactiveLibraries.iterate(source, 1));
    }
  }

  private static <T> void emitEach(Emitter<T> to, Cursor<? extends T> items) {
    try (items) {
      while (items.hasNext()) {
        to.emit(items.next());
      }
    }
  }

  /** The end of the source needs no demand, so a wait for demand looks for it too. */
  private static <T> void loop(EmitterSubscription<T> gate, Publisher<? extends T> source) {
    Iteration<T> iteration = Iteration.openAlone(gate::sourceEnded);
    try (IterationCursor<T> items = ReactiveLibraries.iterate(source, iteration)) {
      do {
        gate.awaitDemand(iteration::isOver);
      } while (emitNext(items, gate));
    }
  }

  private static <T> boolean emitNext(Cursor<T> items, Emitter<T> to) {
    boolean there = items.hasNext();
    if (there) {
      to.emit(items.next());
    }
    return there;
  }
}
