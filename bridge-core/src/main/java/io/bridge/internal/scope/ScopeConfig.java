package io.bridge.internal.scope;

import static java.util.Objects.requireNonNull;

import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The settings of a scope, and their defaults. */
public record ScopeConfig(
    String name,
    @Nullable Duration timeout,
    @Nullable ThreadFactory factory,
    @Nullable BiConsumer<? super Coroutine<?>, ? super Throwable> failureHandler,
    Duration stragglerReport)
    implements CoroutineScope.Config {

  private static final String NO_NAME = "bridge-scope";

  private static final ScopeConfig DEFAULTS =
      new ScopeConfig(NO_NAME, null, null, null, Duration.ofSeconds(10));

  /**
   * Applies the user's function to the defaults.
   *
   * @param config the function
   * @return the settings
   */
  public static ScopeConfig of(UnaryOperator<CoroutineScope.Config> config) {
    requireNonNull(config, "config");
    return (ScopeConfig) requireNonNull(config.apply(DEFAULTS), "config's result");
  }

  /** Whether its threads are listed as a group in thread dumps. */
  boolean isGroup() {
    return factory != null || !name.equals(NO_NAME);
  }

  @Override
  public CoroutineScope.Config withName(String newName) {
    requireNonNull(newName, "name");
    return new ScopeConfig(newName, timeout, factory, failureHandler, stragglerReport);
  }

  @Override
  public CoroutineScope.Config withTimeout(Duration newTimeout) {
    requireNonNull(newTimeout, "timeout");
    return new ScopeConfig(name, newTimeout, factory, failureHandler, stragglerReport);
  }

  @Override
  public CoroutineScope.Config withThreadFactory(ThreadFactory newFactory) {
    requireNonNull(newFactory, "factory");
    return new ScopeConfig(name, timeout, newFactory, failureHandler, stragglerReport);
  }

  @Override
  public CoroutineScope.Config withFailureHandler(
      BiConsumer<? super Coroutine<?>, ? super Throwable> handler) {
    requireNonNull(handler, "handler");
    return new ScopeConfig(name, timeout, factory, handler, stragglerReport);
  }

  @Override
  public CoroutineScope.Config withStragglerReport(Duration after) {
    requireNonNull(after, "after");
    return new ScopeConfig(name, timeout, factory, failureHandler, after);
  }
}
