package io.bridge.internal.scope;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.VoidBody;
import io.bridge.internal.cancel.LostHandles;
import io.bridge.internal.failure.EntryPoint;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The user's handle of a scope that no coroutine's end closes: a shell around a {@link
 * RunningScope}. The scope does not refer to the shell, so that the library notices when no code
 * can close the scope any more (S3).
 *
 * @param <T> the type of the coroutines' values
 * @param <R> the type of join's result
 */
@EntryPoint(of = CoroutineScope.class)
public final class ScopeHandle<T extends @Nullable Object, R extends @Nullable Object>
    implements CoroutineScope<T, R> {

  private final RunningScope<T, R> scope;

  ScopeHandle(RunningScope<T, R> scope, LostHandles.Opened opened) {
    this.scope = scope;
    scope.watch(this, opened);
  }

  @Override
  public <U extends @Nullable T> Coroutine<U> fork(Body<? extends U, ? extends Exception> body) {
    return scope.<U>fork(body);
  }

  @Override
  public Coroutine<@Nullable Void> fork(VoidBody<? extends Exception> body) {
    return scope.fork(body);
  }

  @Override
  public R join() {
    try {
      return scope.join();
    } finally {
      Reference.reachabilityFence(this); // keeps the cleaner away during the wait
    }
  }

  @Override
  public void cancel() {
    scope.cancel();
  }

  @Override
  public void cancel(String reason) {
    scope.cancel(reason);
  }

  @Override
  public boolean isCancelled() {
    return scope.isCancelled();
  }

  @Override
  public List<Throwable> failures() {
    return scope.failures();
  }

  @Override
  public void close() {
    try {
      scope.close();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void close(Duration patience) {
    try {
      scope.close(patience);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public String toString() {
    return scope.toString();
  }
}
