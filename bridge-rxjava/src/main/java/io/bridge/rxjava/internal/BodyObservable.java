package io.bridge.rxjava.internal;

import io.reactivex.rxjava3.core.Flowable;

/**
 * An Observable of ours, for awaits that call its body (N2).
 *
 * @param <T> the type of the items
 */
public interface BodyObservable<T> {

  /** The body as a Flowable: an await of all items, or of the first, is the same. */
  Flowable<T> body();
}
