package io.bridge.examples.edges;

import io.reactivex.rxjava3.core.CompletableSource;
import io.reactivex.rxjava3.core.MaybeSource;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.SingleSource;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * A source of each library, which ends on another thread. None has an operator of its library,
 * whose stack or memory could end, too.
 *
 * @param other runs a task on the other thread
 * @param publisher one item on the other thread
 */
record LibrarySources(Executor other, Publisher<Integer> publisher) {

  CompletableFuture<Integer> future() {
    CompletableFuture<Integer> future = new CompletableFuture<>();
    other.execute(() -> future.complete(1));
    return future;
  }

  CompletionStage<Integer> stage() {
    return future().minimalCompletionStage();
  }

  Future<Integer> plainFuture() {
    FutureTask<Integer> task = new FutureTask<>(() -> 1);
    other.execute(task);
    return task;
  }

  Mono<Integer> mono() {
    return Mono.fromDirect(publisher);
  }

  SingleSource<Integer> single() {
    return observer -> {
      observer.onSubscribe(Disposable.disposed());
      signal(() -> observer.onSuccess(1), observer::onError);
    };
  }

  MaybeSource<Integer> maybe() {
    return observer -> {
      observer.onSubscribe(Disposable.disposed());
      signal(() -> observer.onSuccess(1), observer::onError);
    };
  }

  CompletableSource completable() {
    return observer -> {
      observer.onSubscribe(Disposable.disposed());
      signal(observer::onComplete, observer::onError);
    };
  }

  ObservableSource<Integer> observable() {
    return observer -> {
      observer.onSubscribe(Disposable.disposed());
      signal(
          () -> {
            observer.onNext(1);
            observer.onComplete();
          },
          observer::onError);
    };
  }

  private void signal(Runnable signals, Consumer<Throwable> onError) {
    other.execute(() -> {
      try {
        signals.run();
      } catch (Throwable t) {
        onError.accept(t);
      }
    });
  }
}
