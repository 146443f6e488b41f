package io.bridge.rxjava.internal;

import io.bridge.internal.CancelFrame;
import io.bridge.internal.Ecosystem;
import io.bridge.internal.Fold;
import io.reactivex.rxjava3.core.CompletableSource;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeSource;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.SingleSource;
import io.reactivex.rxjava3.functions.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** RxJava's sources. Its threads are known to core by name, the type of theirs being internal. */
public final class RxJavaEcosystem implements Ecosystem {

  /** For the service loader. */
  public RxJavaEcosystem() {}

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
    return new FlowableAwait<T, R>(fold, frame).await(publisher);
  }

  @Override
  public boolean refuses(Thread thread) {
    return false;
  }

  /**
   * Awaits an Observable.
   *
   * @param source the source
   * @param fold what becomes of the items
   * @param <T> the type of the items
   * @param <R> what the await returns
   * @return what the fold makes of the items
   */
  @SuppressWarnings("unchecked") // RxJava's convention: a source that is a Supplier gets its item
  public static <T, R extends @Nullable Object> R await(
      ObservableSource<? extends T> source, Fold<T, R> fold) {
    CancelFrame frame = CancelFrame.enterAwait();
    if (source instanceof Observable && source instanceof Supplier<?> scalar) {
      return fold.of((T) get(scalar, frame));
    }
    return new ObservableAwait<T, R>(fold, frame).await(source);
  }

  /**
   * Awaits a Single.
   *
   * @param source the source
   * @param <T> the type of the value
   * @return the value
   */
  public static <T> T await(SingleSource<? extends T> source) {
    return new ValueAwait<T>(CancelFrame.enterAwait()).from(source);
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
    CancelFrame frame = CancelFrame.enterAwait();
    if (source instanceof Maybe && source instanceof Supplier<?> scalar) {
      return (T) get(scalar, frame);
    }
    return new ValueAwait<T>(frame).from(source);
  }

  /**
   * Awaits a Completable.
   *
   * @param source the source
   */
  public static void await(CompletableSource source) {
    new ValueAwait<Object>(CancelFrame.enterAwait()).from(source);
  }

  private static @Nullable Object get(Supplier<?> scalar, @Nullable CancelFrame frame) {
    try {
      return scalar.get();
    } catch (Throwable t) {
      throw CancelFrame.thrown(t, frame);
    }
  }
}
