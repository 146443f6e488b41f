package io.bridge.internal;

import io.bridge.Awaitable;
import io.bridge.CoroutineContext;
import io.bridge.Cursor;
import io.bridge.Suspension;
import java.util.Arrays;
import java.util.Objects;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/** The adapter modules that are present, and core's own way with every other publisher. */
public final class Ecosystems {

  /** An array, which an await on a plain thread looks through without an iterator (A4). */
  private static final Ecosystem[] PRESENT =
      ServiceLoader.load(Ecosystem.class, Ecosystem.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toArray(Ecosystem[]::new);

  /** Those that take part in {@link Ambient}. */
  static final Ecosystem[] CARRYING =
      Arrays.stream(PRESENT).filter(Ecosystem::carriesThreadState).toArray(Ecosystem[]::new);

  /** For publishers that none of them owns. */
  private static final Ecosystem PLAIN =
      Arrays.stream(PRESENT)
          .map(Ecosystem::ofOthers)
          .filter(Objects::nonNull)
          .findFirst()
          .orElse(new PlainPublishers());

  /**
   * The place of a class's library in {@link #PRESENT}, {@code PRESENT.length} for none. A number:
   * an object of ours would keep our class loader for as long as the class lives, which may be one
   * of the JDK's or of a library that outlives us (A13).
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

  private Ecosystems() {}

  private static Ecosystem of(Publisher<?> publisher) {
    int place = OF_CLASS.get(publisher.getClass());
    return place < PRESENT.length ? PRESENT[place] : PLAIN;
  }

  /**
   * Awaits any publisher in the way of the library that owns its class.
   *
   * @param publisher the source
   * @param fold what becomes of the items
   * @param <T> the type of the items
   * @param <R> what the await returns
   * @return what the fold makes of the items
   */
  public static <T, R extends @Nullable Object> R await(
      Publisher<? extends T> publisher, Fold<T, R> fold) {
    CancelFrame frame = CancelFrame.enterAwait();
    return of(publisher).await(publisher, fold, frame);
  }

  /** What code sees of {@code failure}; see {@link Ecosystem#inLayer}. */
  static Throwable inLayer(Throwable failure) {
    Throwable inner = failure;
    for (Ecosystem ecosystem : PRESENT) {
      inner = ecosystem.inLayer(inner);
    }
    return inner;
  }

  /**
   * Makes any publisher awaitable in the way of the library that owns its class.
   *
   * @param publisher the source
   * @param fold what becomes of the items
   * @param <T> the type of the items
   * @param <R> what an await of it returns
   * @return subscribes to the publisher when it is subscribed to
   */
  public static <T, R extends @Nullable Object> Awaitable<R> awaitable(
      Publisher<? extends T> publisher, Fold<T, R> fold) {
    Ecosystem owner = of(publisher);
    return suspension -> owner.pass(publisher, fold, suspension);
  }

  /**
   * Opens a cursor on any publisher in the way of the library that owns its class.
   *
   * @param publisher the source
   * @param prefetch items that are requested ahead
   * @param <T> the type of the items
   * @return the cursor, subscribed
   */
  public static <T> Cursor<T> iterate(Publisher<? extends T> publisher, int prefetch) {
    Iteration<T> iteration = Iteration.open(prefetch);
    of(publisher).iterate(publisher, iteration);
    return new IterationCursor<>(iteration);
  }

  /** Makes a feed's subscriber in the way of the library that owns the class of its publisher. */
  static <T> FeedSubscriber<T> feed(Publisher<?> publisher, Feed<T> feed) {
    return of(publisher).feed(feed);
  }

  /** The context of code that runs for {@code subscriber}, who subscribes on this thread. */
  static CoroutineContext contextFor(Subscriber<?> subscriber) {
    CoroutineContext context = CoroutineContext.current();
    for (Ecosystem ecosystem : PRESENT) {
      context = ecosystem.contextFor(subscriber, context);
    }
    return context;
  }

  /**
   * Has the libraries carry a new entry along.
   *
   * @param context with the entry
   * @return with what they need
   */
  public static CoroutineContext bound(CoroutineContext context) {
    CoroutineContext bound = context;
    for (Ecosystem ecosystem : PRESENT) {
      bound = ecosystem.bound(bound);
    }
    return bound;
  }

  static boolean anyRefuses(Thread thread) {
    for (Ecosystem ecosystem : PRESENT) {
      if (ecosystem.refuses(thread)) {
        return true;
      }
    }
    return false;
  }

  private static final class PlainPublishers implements Ecosystem {

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
    public <T> FeedSubscriber<T> feed(Feed<T> feed) {
      return new FeedSubscriber<>(feed);
    }

    @Override
    public boolean refuses(Thread thread) {
      return false;
    }
  }
}
