package io.bridge.completablefuture;

import io.bridge.fixtures.Eventually;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Stages and futures that are not the JDK's. */
final class Stages {

  private Stages() {}

  /** What clients such as Lettuce return. */
  interface StageAndFuture<T> extends CompletionStage<T>, Future<T> {}

  /** A stage that is nothing else, in front of {@code future}. */
  @SuppressWarnings("unchecked") // a proxy of the one interface
  static <T extends @Nullable Object> CompletionStage<T> foreign(CompletableFuture<T> future) {
    return (CompletionStage<T>) inFrontOf(future, CompletionStage.class);
  }

  /** A stage and a future at once that is no CompletableFuture, in front of {@code future}. */
  @SuppressWarnings("unchecked") // a proxy of the one interface
  static <T> StageAndFuture<T> both(CompletableFuture<T> future) {
    return (StageAndFuture<T>) inFrontOf(future, StageAndFuture.class);
  }

  private static Object inFrontOf(CompletableFuture<?> future, Class<?> type) {
    return Proxy.newProxyInstance(
        Stages.class.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> {
          try {
            return method.invoke(future, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  /** A future that is nothing else; cancelling it ends it. */
  static final class PlainFuture<T> implements Future<T> {

    private final CountDownLatch done = new CountDownLatch(1);
    private final List<T> value = Collections.synchronizedList(new ArrayList<>());
    private final List<Boolean> cancels = Collections.synchronizedList(new ArrayList<>());

    void complete(T newValue) {
      value.add(newValue);
      done.countDown();
    }

    List<Boolean> cancels() {
      return List.copyOf(cancels);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      cancels.add(mayInterruptIfRunning);
      done.countDown();
      return true;
    }

    @Override
    public boolean isCancelled() {
      return !cancels.isEmpty();
    }

    @Override
    public boolean isDone() {
      return done.getCount() == 0;
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
      done.await();
      return value.get(0);
    }

    @Override
    public T get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      if (!done.await(timeout, unit)) {
        throw new TimeoutException();
      }
      return value.get(0);
    }
  }

  /** Returns when somebody waits for {@code future}. */
  static void awaitDependent(CompletableFuture<?> future) {
    Eventually.until("somebody waits", () -> future.getNumberOfDependents() > 0);
  }
}
