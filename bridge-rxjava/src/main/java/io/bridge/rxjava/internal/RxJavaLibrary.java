package io.bridge.rxjava.internal;

import io.bridge.Awaitable;
import io.bridge.CoroutineContext;
import io.bridge.Cursor;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.await.Fold;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.coroutine.BodyAwaitable;
import io.bridge.internal.coroutine.InPlaceFrame;
import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import io.bridge.internal.cursor.Iteration;
import io.bridge.internal.cursor.IterationCursor;
import io.bridge.internal.library.ReactiveLibrary;
import io.reactivex.rxjava3.core.CompletableSource;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeSource;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.SingleSource;
import io.reactivex.rxjava3.functions.Supplier;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** RxJava's sources. Core knows RxJava's threads by name, since their type is internal. */
public final class RxJavaLibrary implements ReactiveLibrary, InPlaceFrame.Lost {

  private static final RxJavaLibrary INSTANCE = new RxJavaLibrary();

  /** For the service loader. */
  public RxJavaLibrary() {}

  @Override
  public boolean owns(Class<?> type) {
    return Flowable.class.isAssignableFrom(type);
  }

  @Override
  @SuppressWarnings("unchecked") // RxJava's convention: a source that is a Supplier gets its item
  public <T, R extends @Nullable Object> R await(
      Publisher<? extends T> publisher, Fold<T, R> fold, @Nullable CancelFrame frame) {
    if (publisher instanceof Supplier<?> scalar) {
      return fold.of((T) get(scalar, frame));
    }
    return new FlowableAwait<T, R>(fold, frame, null).await(publisher);
  }

  @Override
  @SuppressWarnings("unchecked") // as above
  public <T, R extends @Nullable Object> void pass(
      Publisher<? extends T> publisher, Fold<T, R> fold, Suspension<? super R> suspension)
      throws Exception {
    if (publisher instanceof Supplier<?> scalar) {
      suspension.resume(fold.of((T) valueOf(scalar)));
    } else {
      new FlowableAwait<T, R>(fold, null, Receiver.of(suspension)).pass(publisher, suspension);
    }
  }

  @Override
  public <T> void iterate(Publisher<? extends T> publisher, Iteration<T> iteration) {
    new FlowableCursorSubscriber<>(iteration).begin(publisher);
  }

  @Override
  public <T> ItemSubscriber<T> feed(ItemReceiver<T> feed) {
    return new FlowableItemSubscriber<>(feed);
  }

  /**
   * Opens a cursor on an Observable, which has no demand.
   *
   * @param source the source
   * @param capacity of the buffer; an item that does not fit fails the iteration
   * @param <T> the type of the items
   * @return the cursor, subscribed
   */
  public static <T> Cursor<T> iterate(ObservableSource<? extends T> source, int capacity) {
    Iteration<T> iteration = Iteration.open("capacity", capacity);
    new CursorObserver<>(iteration).begin(source);
    return new IterationCursor<>(iteration);
  }

  /**
   * Awaits an Observable.
   *
   * @param source the source
   * @param fold turns the items into the result
   * @param <T> the type of the items
   * @param <R> the type of the result
   * @return the result of the fold
   */
  @SuppressWarnings("unchecked") // RxJava's convention: a source that is a Supplier gets its item
  public static <T, R extends @Nullable Object> R await(
      ObservableSource<? extends T> source, Fold<T, R> fold) {
    CancelFrame frame = Cancellation.enterAwait();
    if (source instanceof Observable && source instanceof Supplier<?> scalar) {
      return fold.of((T) get(scalar, frame));
    }
    if (source instanceof BodyObservable<?> own
        && RxJavaPlugins.getOnObservableSubscribe() == null) {
      return new FlowableAwait<T, R>(fold, frame, null).await((Flowable<? extends T>) own.body());
    }
    return new ObservableAwait<T, R>(fold, frame, null).await(source);
  }

  /**
   * Makes an Observable awaitable.
   *
   * @param source the source
   * @param fold turns the items into the result
   * @param <T> the type of the items
   * @param <R> the type of an await's result
   * @return subscribes when it is subscribed to
   */
  @SuppressWarnings("unchecked") // as above
  public static <T, R extends @Nullable Object> Awaitable<R> awaitable(
      ObservableSource<? extends T> source, Fold<T, R> fold) {
    if (source instanceof Observable && source instanceof Supplier<?> scalar) {
      return suspension -> suspension.resume(fold.of((T) valueOf(scalar)));
    }
    return suspension ->
        new ObservableAwait<T, R>(fold, null, Receiver.of(suspension)).pass(source, suspension);
  }

  /**
   * Awaits a Single.
   *
   * @param source the source
   * @param <T> the type of the value
   * @return the value
   */
  public static <T> T await(SingleSource<? extends T> source) {
    CancelFrame frame = Cancellation.enterAwait();
    BodyAwaitable<T> body = bodyOf(source, frame);
    if (body != null && RxJavaPlugins.getOnSingleSubscribe() == null) {
      return call(body, frame);
    }
    return new ValueAwait<T>(frame, null).from(source);
  }

  private static <T extends @Nullable Object> @Nullable BodyAwaitable<T> bodyOf(
      Object source, @Nullable CancelFrame frame) {
    return source instanceof BodyAwaitable.Source<?> own
        ? BodyAwaitable.<T>inPlace(own, frame)
        : null;
  }

  private static <T extends @Nullable Object> T call(
      BodyAwaitable<T> body, @Nullable CancelFrame frame) {
    return body.call(frame, CancelFrame.contextOf(frame), INSTANCE);
  }

  @Override
  public void discard(@Nullable Object value, CoroutineContext context) {
    Undeliverable.discard(value);
  }

  @Override
  public void undeliverable(Throwable failure, CoroutineContext context) {
    RxJavaPlugins.onError(failure);
  }

  /**
   * Makes a Single awaitable.
   *
   * @param source the source
   * @param <T> the type of the value
   * @return subscribes when it is subscribed to
   */
  @SuppressWarnings("NullAway") // a Single has a value
  public static <T> Awaitable<T> awaitable(SingleSource<? extends T> source) {
    return suspension -> new ValueAwait<T>(null, Receiver.of(suspension)).pass(source, suspension);
  }

  /**
   * Awaits a Maybe.
   *
   * @param source the source
   * @param <T> the type of the value
   * @return the value, null if the source completes empty
   */
  @SuppressWarnings("unchecked") // RxJava's convention: a source that is a Supplier gets its item
  public static <T> @Nullable T await(MaybeSource<? extends T> source) {
    CancelFrame frame = Cancellation.enterAwait();
    if (source instanceof Maybe && source instanceof Supplier<?> scalar) {
      return (T) get(scalar, frame);
    }
    BodyAwaitable<@Nullable T> body = RxJavaLibrary.<@Nullable T>bodyOf(source, frame);
    if (body != null && RxJavaPlugins.getOnMaybeSubscribe() == null) {
      return RxJavaLibrary.<@Nullable T>call(body, frame);
    }
    return new ValueAwait<T>(frame, null).from(source);
  }

  /**
   * Makes a Maybe awaitable.
   *
   * @param source the source
   * @param <T> the type of the value
   * @return subscribes when it is subscribed to
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // which does not see through Suspension<? super T>
  public static <T> Awaitable<@Nullable T> awaitable(MaybeSource<? extends T> source) {
    if (source instanceof Maybe && source instanceof Supplier<?> scalar) {
      return suspension -> suspension.resume((T) valueOf(scalar));
    }
    return suspension -> new ValueAwait<T>(null, Receiver.of(suspension)).pass(source, suspension);
  }

  /**
   * Awaits a Completable.
   *
   * @param source the source
   */
  public static void await(CompletableSource source) {
    CancelFrame frame = Cancellation.enterAwait();
    BodyAwaitable<@Nullable Object> body = RxJavaLibrary.<@Nullable Object>bodyOf(source, frame);
    if (body != null && RxJavaPlugins.getOnCompletableSubscribe() == null) {
      RxJavaLibrary.<@Nullable Object>call(body, frame);
    } else {
      new ValueAwait<Object>(frame, null).from(source);
    }
  }

  /**
   * Makes a Completable awaitable.
   *
   * @param source the source
   * @return subscribes when it is subscribed to
   */
  public static Awaitable<@Nullable Void> awaitable(CompletableSource source) {
    return suspension ->
        new ValueAwait<Void>(null, Receiver.of(suspension)).pass(source, suspension);
  }

  /** RxJava's suppliers may throw any Throwable: wraps one that is neither Exception nor Error. */
  private static @Nullable Object valueOf(Supplier<?> scalar) throws Exception {
    try {
      return scalar.get();
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new CompletionException(t);
    }
  }

  private static @Nullable Object get(Supplier<?> scalar, @Nullable CancelFrame frame) {
    try {
      return scalar.get();
    } catch (Throwable t) {
      throw Cancellation.thrown(t, frame);
    }
  }
}
