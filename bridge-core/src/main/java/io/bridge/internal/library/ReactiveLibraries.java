package io.bridge.internal.library;

import io.bridge.Awaitable;
import io.bridge.Cursor;
import io.bridge.Suspension;
import io.bridge.internal.await.Fold;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.await.SubscriberAwait;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cursor.CursorSubscriber;
import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import io.bridge.internal.cursor.Iteration;
import io.bridge.internal.cursor.IterationCursor;
import io.bridge.internal.failure.FailureLayers;
import java.util.Arrays;
import java.util.Objects;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** The adapter modules that are present, and core's own handling of every other publisher. */
public final class ReactiveLibraries {

  private static final ReactiveLibrary[] PRESENT =
      ServiceLoader.load(ReactiveLibrary.class, ReactiveLibrary.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toArray(ReactiveLibrary[]::new);

  /** For publishers that no library owns. */
  private static final ReactiveLibrary PLAIN =
      Arrays.stream(PRESENT)
          .map(ReactiveLibrary::ofOthers)
          .filter(Objects::nonNull)
          .findFirst()
          .orElse(new PlainPublishers());

  /**
   * The index of a class's library in {@link #PRESENT}, {@code PRESENT.length} for none. A number,
   * since an object of ours would keep our class loader for as long as the class lives, which may
   * belong to the JDK or to a library that outlives us (A13).
   */
  private static final ClassValue<Integer> OF_CLASS =
      new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> type) {
          int place = 0;
          while (place < PRESENT.length && !PRESENT[place].owns(type)) {
            place++;
          }
          return place;
        }
      };

  static {
    FailureLayers.load();
  }

  private ReactiveLibraries() {}

  private static ReactiveLibrary of(Publisher<?> publisher) {
    int place = OF_CLASS.get(publisher.getClass());
    return place < PRESENT.length ? PRESENT[place] : PLAIN;
  }

  /**
   * Awaits any publisher by the library that owns its class.
   *
   * @param publisher the source
   * @param fold turns the items into the result
   * @param <T> the type of the items
   * @param <R> the type of the result
   * @return the result of the fold
   */
  public static <T, R extends @Nullable Object> R await(
      Publisher<? extends T> publisher, Fold<T, R> fold) {
    CancelFrame frame = Cancellation.enterAwait();
    return of(publisher).await(publisher, fold, frame);
  }

  /**
   * Makes any publisher awaitable by the library that owns its class.
   *
   * @param publisher the source
   * @param fold turns the items into the result
   * @param <T> the type of the items
   * @param <R> the type of an await's result
   * @return subscribes to the publisher when it is subscribed to
   */
  public static <T, R extends @Nullable Object> Awaitable<R> awaitable(
      Publisher<? extends T> publisher, Fold<T, R> fold) {
    ReactiveLibrary owner = of(publisher);
    return suspension -> owner.pass(publisher, fold, suspension);
  }

  /**
   * Opens a cursor on any publisher by the library that owns its class.
   *
   * @param publisher the source
   * @param prefetch items that are requested ahead
   * @param <T> the type of the items
   * @return the cursor, subscribed
   */
  public static <T> Cursor<T> iterate(Publisher<? extends T> publisher, int prefetch) {
    return iterate(publisher, Iteration.<T>open(prefetch));
  }

  /**
   * Opens a cursor on any publisher by the library that owns its class.
   *
   * @param publisher the source
   * @param iteration the loop's side, new
   * @param <T> the type of the items
   * @return the cursor, subscribed
   */
  public static <T> IterationCursor<T> iterate(
      Publisher<? extends T> publisher, Iteration<T> iteration) {
    of(publisher).iterate(publisher, iteration);
    return new IterationCursor<>(iteration);
  }

  /** Makes the subscriber of a feed, by the library that owns the class of {@code publisher}. */
  public static <T> ItemSubscriber<T> feed(Publisher<?> publisher, ItemReceiver<T> feed) {
    return of(publisher).feed(feed);
  }

  private static final class PlainPublishers implements ReactiveLibrary {

    @Override
    public boolean owns(Class<?> type) {
      return true;
    }

    @Override
    public <T, R extends @Nullable Object> R await(
        Publisher<? extends T> publisher, Fold<T, R> fold, @Nullable CancelFrame frame) {
      return new SubscriberAwait<T, R>(fold, frame, null).await(publisher);
    }

    @Override
    public <T, R extends @Nullable Object> void pass(
        Publisher<? extends T> publisher, Fold<T, R> fold, Suspension<? super R> suspension) {
      new SubscriberAwait<T, R>(fold, null, Receiver.of(suspension)).pass(publisher, suspension);
    }

    @Override
    public <T> void iterate(Publisher<? extends T> publisher, Iteration<T> iteration) {
      new CursorSubscriber<>(iteration).begin(publisher);
    }

    @Override
    public <T> ItemSubscriber<T> feed(ItemReceiver<T> feed) {
      return new ItemSubscriber<>(feed);
    }
  }
}
