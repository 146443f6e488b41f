package io.bridge.internal.scope;

import static java.util.Objects.requireNonNull;

import io.bridge.AwaitTimeoutException;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.ItemBody;
import io.bridge.Registration;
import io.bridge.TimeSource;
import io.bridge.Undeliverable;
import io.bridge.VoidBody;
import io.bridge.internal.base.Fields;
import io.bridge.internal.base.Guard;
import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.CancelWalk;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.cancel.LostHandles;
import io.bridge.internal.cancel.OwnedResources;
import io.bridge.internal.cancel.ScopeFrame;
import io.bridge.internal.cancel.ShieldFrame;
import io.bridge.internal.cancel.TimeoutFrame;
import io.bridge.internal.coroutine.CoroutineParent;
import io.bridge.internal.coroutine.RunOn;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.internal.failure.AwaitSite;
import io.bridge.internal.failure.EntryPoint;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Headroom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation of {@link CoroutineScope}. See docs/design/scope.md.
 *
 * <pre>
 * end        meaning                                   left by
 * null       coroutines go on                          the first of cancel, timeout, joiner,
 *                                                      the code around, close -> an End
 * an End     all coroutines are cancelled, even those  -
 *            forked later, final
 * </pre>
 *
 * <p>A fork counts itself before it looks at {@code end}; the thread that sets the end looks at the
 * coroutines afterwards. So each coroutine is cancelled by one of the two. Proof: Scope*Test,
 * JoinerTest.
 *
 * @param <T> the type of the coroutines' values
 * @param <R> the type of join's result
 */
@EntryPoint(of = CoroutineScope.class)
public final class RunningScope<T extends @Nullable Object, R extends @Nullable Object>
    implements CoroutineScope<T, R>, ScopeFrame.Scope, CoroutineParent {

  private enum How {
    /** The joiner has enough: the block goes on. */
    ENOUGH,
    /** A coroutine failed, and that is the scope's failure. */
    FAILED,
    /** The joiner threw. */
    JOINER_FAILED,
    TIMED_OUT,
    CANCELLED,
    /** With the code around it, whose awaits throw the reason. */
    WITH_OUTER,
    CLOSED
  }

  /** Stands for an end when there is no memory to make one. */
  private static final End NO_MEMORY =
      new End(How.JOINER_FAILED, "no memory", new OutOfMemoryError("at the end of a coroutine"));

  private record End(How how, String reason, @Nullable Throwable failure) {

    End(How how, String reason) {
      this(how, reason, null);
    }

    boolean cancelsBlock() {
      return how != How.ENOUGH && how != How.WITH_OUTER;
    }

    /** The failure of the joiner. */
    @Nullable Throwable ofJoiner() {
      return how == How.JOINER_FAILED ? failure : null;
    }

    /** Whether join does not ask the joiner. */
    boolean isCancel() {
      return how == How.CANCELLED || how == How.WITH_OUTER || how == How.CLOSED;
    }
  }

  private static final VarHandle END = Fields.handle(MethodHandles.lookup(), "end", End.class);

  private final Joiner<? super T, ? extends R> joiner;
  private final ScopeConfig config;
  private final ScopeThreads threads;
  private final ScopeCoroutines coroutines;
  private final ScopeFailures failures = new ScopeFailures();
  private final OwnedResources owned = new OwnedResources();

  /** The coroutine whose thread opened it; null for a plain thread and a background scope. */
  private final @Nullable RunningCoroutine<?> opener;

  // set before the scope is handed out
  private @Nullable Registration timer;
  private Cleaner.@Nullable Cleanable watch;

  // by the opener, possibly after the timer has started; null in the background
  private volatile @Nullable ScopeFrame block;

  // any thread
  private volatile @Nullable End end;
  private final AtomicBoolean joinerFailureTaken = new AtomicBoolean();

  private RunningScope(
      Joiner<? super T, ? extends R> joiner,
      ScopeConfig config,
      @Nullable RunningCoroutine<?> opener) {
    this.joiner = joiner;
    this.config = config;
    this.threads = new ScopeThreads(config);
    this.coroutines = new ScopeCoroutines(config);
    this.opener = opener;
  }

  /**
   * Opens a scope on the calling thread, for code that closes it or for a watched handle.
   *
   * @param joiner the policy
   * @param config the settings
   * @param <T> the type of the coroutines' values
   * @param <R> the type of join's result
   * @return the user's handle: watched if no end of a coroutine closes the scope (S3)
   */
  public static <T extends @Nullable Object, R extends @Nullable Object> CoroutineScope<T, R> open(
      Joiner<? super T, ? extends R> joiner, ScopeConfig config) {
    boolean ends = RunningCoroutine.running(CurrentFrame.ofThread()) != null;
    LostHandles.Opened opened = ends ? null : new LostHandles.Opened();
    RunningScope<T, R> scope = RunningScope.<T, R>open(joiner, config, opened);
    return opened == null ? scope : new ScopeHandle<>(scope, opened);
  }

  /**
   * Opens a scope on the calling thread; a null {@code opened} means that it is closed for certain.
   */
  static <T extends @Nullable Object, R extends @Nullable Object> RunningScope<T, R> open(
      Joiner<? super T, ? extends R> joiner,
      ScopeConfig config,
      LostHandles.@Nullable Opened opened) {
    Thread thread = Thread.currentThread();
    if (!thread.isVirtual()) {
      Guard.check(thread); // close could not wait on it (A2)
    }
    claim(joiner);
    CancelFrame outer = CurrentFrame.get();
    RunningScope<T, R> scope =
        new RunningScope<>(joiner, config, RunningCoroutine.running(CurrentFrame.ofThread()));
    scope.startTimer(); // first: a time source may throw
    scope.block = ScopeFrame.enter(scope, opened);
    String reason = outer == null ? null : outer.cancelReason();
    if (reason != null) {
      scope.end(new End(How.WITH_OUTER, reason));
    }
    scope.endBlock(null); // nothing is inside it yet
    return scope;
  }

  /**
   * Opens a scope for {@code block}, joins and closes it.
   *
   * @param joiner the policy
   * @param config the settings
   * @param block the code
   * @param <T> the type of the coroutines' values
   * @param <R> the type of join's result
   * @param <V> the type of the block's value
   * @param <X> the checked exception that the block may throw
   * @return the block's value
   * @throws X when the block fails
   */
  public static <
          T extends @Nullable Object,
          R extends @Nullable Object,
          V extends @Nullable Object,
          X extends Exception>
      V within(
          Joiner<? super T, ? extends R> joiner,
          ScopeConfig config,
          ItemBody<? super CoroutineScope<T, R>, ? extends V, ? extends X> block)
          throws X {
    RunningScope<T, R> scope = RunningScope.<T, R>open(joiner, config, null);
    @Nullable Object made = null;
    try {
      V value = block.call(scope);
      made = value;
      var unused = scope.join();
      return value;
    } catch (Throwable failure) {
      Undeliverable.discard(made); // the block's value lost to the failure (A12)
      RunOn.<X>rethrow(scope.failedBy(failure));
      throw new AssertionError(failure);
    } finally {
      scope.close();
    }
  }

  /**
   * The exception of a block that failed: join's exception, if {@code failure} only says that the
   * scope has ended. The failures of all coroutines, which have ended by then, are suppressed in
   * it.
   */
  private Throwable failedBy(Throwable failure) {
    Throwable thrown = failure;
    End how = end;
    if (how != null && how.cancelsBlock() && Failures.isCancelEcho(failure)) {
      try {
        var unused = join();
      } catch (Throwable ofScope) {
        thrown = ofScope;
      }
    }
    endAll();
    Throwable ofJoiner = requireNonNull(end).ofJoiner();
    if (ofJoiner != null && !joinerFailureTaken.getAndSet(true)) {
      AwaitSite.addSiblings(thrown, List.of(ofJoiner));
    }
    return withFailures(thrown);
  }

  /**
   * Opens a scope that belongs to no thread.
   *
   * @param config the settings
   * @param <T> the type of the coroutines' values
   * @return a new scope
   */
  public static <T extends @Nullable Object> CoroutineScope<T, @Nullable Void> background(
      ScopeConfig config) {
    RunningScope<T, @Nullable Void> scope = new RunningScope<>(Joiners.<T>awaitAll(), config, null);
    scope.startTimer();
    return scope;
  }

  private static void claim(Joiner<?, ?> joiner) {
    if (joiner instanceof Joiners.OfOneScope<?, ?> own) {
      own.take();
    }
  }

  private void startTimer() {
    Duration timeout = config.timeout();
    if (timeout == null) {
      return;
    }
    End expired = new End(How.TIMED_OUT, "timed out after " + timeout);
    if (timeout.isZero() || timeout.isNegative()) {
      end(expired);
    } else {
      timer =
          requireNonNull(TimeSource.current().schedule(timeout, () -> end(expired)), "schedule");
    }
  }

  // forks

  @Override
  public <U extends @Nullable T> Coroutine<U> fork(Body<? extends U, ? extends Exception> body) {
    return forked(requireNonNull(body, "body"));
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // the joiner gets a null value, as every handle has
  public Coroutine<@Nullable Void> fork(VoidBody<? extends Exception> body) {
    return (Coroutine<@Nullable Void>)
        this.forked((Body<? extends T, ?>) (Body<?, ?>) VoidBodies.returningNull(body));
  }

  private <U extends @Nullable T> Coroutine<U> forked(Body<? extends U, ?> body) {
    coroutines.enter();
    RunningCoroutine<U> child = null;
    try {
      child = RunningCoroutine.forked(config.name(), body, this);
      coroutines.add(child);
      if (joiner.onFork(child)) {
        end(new End(How.ENOUGH, "the scope's joiner has enough"));
      }
      End how = end;
      if (how != null) {
        child.cancelFrame(how.reason);
      }
      threads.start(child);
      return child;
    } catch (Throwable notStarted) {
      if (child != null) {
        child.neverStarted(notStarted); // a joiner may hold the handle
      }
      coroutines.exit(child);
      throw notStarted;
    }
  }

  @Override
  public boolean isClosed() {
    return coroutines.isClosed();
  }

  /** The last step of a child's thread. */
  @Override
  public void ended(RunningCoroutine<?> child) {
    try {
      Throwable failure = RunningCoroutine.failureOf(child);
      if (child.state() == Coroutine.State.FAILED && failure != null) {
        childFailed(child, failure);
      }
      // The joiner takes handles of any T: this one was forked here.
      @SuppressWarnings("unchecked")
      Coroutine<? extends T> known = (Coroutine<? extends T>) child;
      if (joiner.onComplete(known)) {
        end(enough(child, failure));
      }
    } catch (Throwable t) {
      joinerThrew(t);
    } finally {
      coroutines.exit(child);
    }
  }

  private End enough(RunningCoroutine<?> child, @Nullable Throwable failure) {
    if (child.state() != Coroutine.State.FAILED || joiner instanceof Joiners.AllUntil<?>) {
      return new End(How.ENOUGH, "the scope's joiner has enough");
    }
    // of two concurrent failures, the block throws the same one as join
    Throwable first = joiner instanceof Joiners.OfOneScope<?, ?> own ? own.first() : failure;
    return new End(How.FAILED, "a coroutine of the scope has failed", first);
  }

  private void joinerThrew(Throwable failure) {
    Throwable thrown = Failures.bare(failure);
    try {
      if (!end(new End(How.JOINER_FAILED, "the scope's joiner has failed", thrown))) {
        Undeliverable.report(thrown);
      }
    } catch (OutOfMemoryError noMemory) {
      endWithoutMemory();
    }
  }

  /** Ends it again, as far as possible without memory: inner scopes end with their coroutines. */
  private void endWithoutMemory() {
    boolean first = END.compareAndSet(this, null, NO_MEMORY);
    endBlock(null);
    String why = first ? NO_MEMORY.reason : requireNonNull(end).reason;
    for (ForkedCoroutines.Link at = coroutines.newest(); at != null; at = at.older()) {
      RunningCoroutine<?> coroutine = at.coroutine();
      if (coroutine != null) {
        coroutine.mark(why);
      }
    }
    wakeWaiters();
  }

  private void childFailed(RunningCoroutine<?> child, Throwable failure) {
    if (block != null) {
      failures.add(child);
    }
    BiConsumer<? super Coroutine<?>, ? super Throwable> handler = config.failureHandler();
    if (handler != null) {
      try {
        handler.accept(child, failure);
      } catch (Throwable ofHandler) {
        Undeliverable.report(ofHandler);
      }
    } else if (block == null) {
      Undeliverable.report(failure);
    }
  }

  // the end

  @Override
  public void cancel() {
    cancel("the scope was cancelled");
  }

  @Override
  public void cancel(String reason) {
    end(new End(How.CANCELLED, requireNonNull(reason, "reason")));
  }

  private boolean end(End how) {
    Headroom.check(); // all of it, or nothing
    CancelWalk walk = new CancelWalk(how.reason);
    if (!END.compareAndSet(this, null, how)) {
      return false;
    }
    try {
      endBlock(walk);
    } finally {
      walk.of(this);
    }
    return true;
  }

  /** The code around the block was cancelled; the caller cancels the coroutines. */
  @Override
  public boolean tryEndWithOuter(String reason) {
    return END.compareAndSet(this, null, new End(How.WITH_OUTER, reason));
  }

  /**
   * The first coroutine to cancel, read after the end was set: later forks check the end
   * themselves.
   */
  @Override
  public ForkedCoroutines.@Nullable Link newestCoroutine() {
    return coroutines.newest();
  }

  /** Wakes the threads that wait for the coroutines, so that they see the end. */
  @Override
  public void wakeWaiters() {
    coroutines.wake();
  }

  /**
   * A scope that has failed does not let its block go on; {@code walk} cancels what is inside it.
   */
  private void endBlock(@Nullable CancelWalk walk) {
    End how = end;
    ScopeFrame frame = block;
    if (frame != null && how != null && how.cancelsBlock()) {
      frame.cancelUnlessLeft(how.reason, walk);
    }
  }

  @Override
  public OwnedResources owned() {
    return owned;
  }

  /** The exception of an await in the cancelled block: the same as join's. */
  @Override
  public RuntimeException ending() {
    End how = requireNonNull(end);
    Throwable failure = how.failure;
    if (failure == null) {
      return how.how == How.TIMED_OUT ? timedOut() : new CancellationException(how.reason);
    }
    if (how.ofJoiner() != null) {
      joinerFailureTaken.set(true);
    }
    failures.takeOne(failure);
    return Failures.thrown(failure);
  }

  /** The last exception from {@link #ending} was not delivered. */
  @Override
  public void giveBack() {
    End how = requireNonNull(end);
    if (how.ofJoiner() != null) {
      joinerFailureTaken.set(false);
    } else if (how.failure != null) {
      failures.giveBack(how.failure);
    }
  }

  private AwaitTimeoutException timedOut() {
    return new AwaitTimeoutException(requireNonNull(config.timeout()));
  }

  @Override
  public boolean isCancelled() {
    return end != null;
  }

  // waiting

  @Override
  public R join() {
    refuseOwnChild("join");
    ScopeFrame frame = block;
    if (frame != null && frame.isOwner()) {
      frame.leaveBlock();
    }
    Cancellation.enterAwait(); // even with nothing to wait for (A2, A3)
    coroutines.awaitIdle(this::isCancelled);
    End how = end;
    if (how != null) {
      coroutines.awaitStragglers();
      if (how.how == How.WITH_OUTER) {
        Cancellation.checkCancelled(); // throws like the awaits of the code around
      }
    }
    if (!(joiner instanceof Joiners.AwaitAll<?>)) {
      failures(); // marks them as taken: the joiner has seen them, and decides
    }
    return outcome();
  }

  private R outcome() {
    End how = end;
    if (how != null && how.isCancel()) {
      throw withFailures(new CancellationException(how.reason));
    }
    Throwable ofJoiner = how == null ? null : how.ofJoiner();
    try {
      if (ofJoiner != null) {
        joinerFailureTaken.set(true);
        throw ofJoiner;
      }
      if (how != null && how.how == How.TIMED_OUT) {
        joiner.onTimeout(timedOut());
      }
      return joiner.result();
    } catch (Throwable failure) {
      throw Failures.thrown(withFailures(Failures.bare(failure)));
    }
  }

  private <X extends Throwable> X withFailures(X first) {
    AwaitSite.addSiblings(first, failures());
    return first;
  }

  /**
   * Also refuses code that runs on the child's thread after its body: handlers, actions, joiners.
   */
  private void refuseOwnChild(String call) {
    RunningCoroutine<?> caller = RunningCoroutine.running(CurrentFrame.ofThread());
    while (caller != null) {
      CoroutineParent parent = caller.parent;
      if (parent == this) {
        throw new IllegalStateException(
            call + " by a coroutine of scope " + config.name() + " would wait for itself");
      }
      caller = parent instanceof RunningScope<?, ?> scope ? scope.opener : null;
    }
  }

  /** Closing may wait, so the thread must be allowed to (A2); the owner was checked on opening. */
  private void refuseThread() {
    Thread thread = Thread.currentThread();
    ScopeFrame frame = block;
    if (!thread.isVirtual() && (frame == null || !frame.isOwner())) {
      Guard.check(thread);
    }
  }

  // failures

  @Override
  public List<Throwable> failures() {
    End how = end;
    return failures.take(how == null ? null : how.failure);
  }

  private void reportUntaken() {
    End how = end;
    Throwable ofJoiner = how == null ? null : how.ofJoiner();
    if (ofJoiner != null && !joinerFailureTaken.getAndSet(true)) {
      Undeliverable.report(ofJoiner);
    }
    if (config.failureHandler() == null) {
      failures.reportUntaken();
    }
    if (joiner instanceof Joiners.OfOneScope<?, ?> own) {
      Cancellation.outsideWindow(CurrentFrame.get(), own::discardValues);
    }
  }

  // closing

  @Override
  public void close() {
    refuseOwnChild("close");
    refuseThread();
    try {
      endAll();
    } finally { // for example too little stack to wait
      threads.close();
      closeTimer();
    }
    reportUntaken();
    Cleaner.Cleanable watching = watch;
    if (watching != null) {
      watching.clean(); // finds the scope closed
    }
  }

  /** Afterwards no coroutine runs, and no thread can fork any more. */
  private void endAll() {
    coroutines.close();
    ScopeFrame frame = block;
    if (frame != null && frame.isOwner()) {
      frame.leaveBlock();
      frame.unlink();
      owned.close();
    }
    End closed = new End(How.CLOSED, "the scope was closed");
    if (coroutines.isIdle() && (frame == null || frame.isOwner())) {
      END.compareAndSet(this, null, closed);
    } else { // another thread may be in the block
      end(closed);
      ShieldFrame.<@Nullable Object, RuntimeException>run(
          VoidBodies.<@Nullable Object, RuntimeException>returningNull(
              coroutines::awaitStragglers));
    }
  }

  /** Watches {@code handle}, which the user holds, until the scope is closed. */
  void watch(ScopeHandle<T, R> handle, LostHandles.Opened opened) {
    watch =
        LostHandles.watch(
            handle,
            () -> {
              if (!isClosed()) {
                LostHandles.cleanUp(() -> lost(opened));
              }
            });
  }

  /**
   * The handle is gone, so no code can close it. Its owner thread does other work, or has ended.
   */
  private void lost(LostHandles.Opened opened) {
    ScopeFrame frame = block;
    if (frame != null) {
      frame.abandon();
    }
    opened.reportNotClosed(toString());
    close();
  }

  private void closeTimer() {
    Registration registered = timer;
    if (registered != null) {
      timer = null;
      TimeoutFrame.close(registered);
    }
  }

  @Override
  public void close(Duration patience) {
    requireNonNull(patience, "patience");
    refuseOwnChild("close");
    refuseThread();
    coroutines.close();
    ScopeFrame frame = block;
    if (frame != null && frame.isOwner()) {
      frame.leaveBlock();
    }
    CancelFrame around = CurrentFrame.get();
    try {
      if (end == null && !coroutines.isIdle() && !Cancellation.isCurrentCancelled()) {
        TimeoutFrame.<@Nullable Void, RuntimeException>runOrNull(
            patience,
            () -> {
              coroutines.awaitIdle(this::isCancelled);
              return null;
            });
      }
    } catch (CancellationException impatient) {
      // the next await after close() throws it again
    } catch (RuntimeException | Error impatient) {
      if (around == null || !around.isCancelled()) {
        Undeliverable.report(impatient);
      } else {
        around.giveBack(); // the next await throws it again, but there may be none
      }
    } finally {
      close();
    }
  }

  @Override
  public String toString() {
    return "CoroutineScope[" + config.name() + ", " + coroutines + "]";
  }
}
