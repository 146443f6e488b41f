package io.bridge.testkit;

import io.bridge.testkit.Hostility.Getter;
import io.bridge.testkit.Hostility.Manner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A generated family of failures that are hostile to those that catch them: each getter that a
 * class can override, behaving in each bad way; and shapes that no class needs: a monitor that is
 * held, a cycle of causes, a chain of 200 000. What blocks goes on when this is closed.
 */
public final class HostileFailure implements AutoCloseable {

  /** What the failure is an instance of. */
  public enum Kin {
    /** A {@code RuntimeException}. */
    UNCHECKED,
    /** An {@code Exception}. */
    CHECKED,
    /** An {@code InterruptedException} that nobody's interrupt has caused. */
    INTERRUPTION,
    /** A {@code CompletionException}. */
    LAYER
  }

  /** What is bad about a failure, whatever its getters are. */
  private enum Shape {
    MONITOR_HELD,
    NO_SUPPRESSION,
    CYCLE,
    DEEP
  }

  /** One member of the family; each call makes a failure of its own. */
  public static final class Maker {
    private final String name;
    private final Supplier<HostileFailure> maker;

    private Maker(String name, Supplier<HostileFailure> maker) {
      this.name = name;
      this.maker = maker;
    }

    /** Makes a failure. */
    public HostileFailure make() {
      return maker.get();
    }

    /** Whether it is hostile to those that ask for its text. */
    public boolean asksText() {
      return name.contains(Getter.MESSAGE.name()) || name.contains(Getter.TO_STRING.name());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final int DEPTH = 200_000;

  private static final String HOSTILE = "NullAway"; // a null is one of the manners
  private static final String UNLOCKED =
      "UnsynchronizedOverridesSynchronized"; // its own locks only
  private static final String TEXT = "OverrideThrowableToString"; // a text of its own is hostile

  @SuppressWarnings("StaticAssignmentOfThrowable") // it takes long to make, and has no stack trace
  private static final Throwable DEEP = deep();

  private final Throwable failure;
  private final @Nullable Hostility hostility;
  private final CountDownLatch closed = new CountDownLatch(1);

  private HostileFailure(Throwable failure, @Nullable Hostility hostility, @Nullable Object held) {
    this.failure = failure;
    this.hostility = hostility;
    if (held != null) {
      hold(held);
    }
  }

  /** Holds the monitor of {@code held} until this is closed, as a source may. */
  private void hold(Object held) {
    CountDownLatch holds = new CountDownLatch(1);
    Fork.platform(() -> {
      synchronized (held) {
        holds.countDown();
        closed.await();
      }
    });
    Eventually.until("the monitor is held", () -> holds.getCount() == 0);
  }

  /** All members that are of {@code types}. */
  public static List<Maker> family(Kin first, Kin... types) {
    List<Maker> family = new ArrayList<>();
    for (Kin type : EnumSet.of(first, types)) {
      for (Getter getter : Getter.values()) {
        Arrays.stream(Manner.values())
            .map(manner -> maker(type, getter, manner))
            .forEach(family::add);
      }
      Arrays.stream(Shape.values()).map(shape -> maker(type, shape)).forEach(family::add);
    }
    return family;
  }

  private static Maker maker(Kin type, Getter getter, Manner manner) {
    return new Maker(
        type + " " + getter + " " + manner,
        () -> {
          Hostility hostility = new Hostility(getter, manner, of -> make(type, of, null));
          Object held = manner == Manner.NEEDS_MONITOR ? hostility.monitor() : null;
          return new HostileFailure(make(type, hostility, null), hostility, held);
        });
  }

  private static Maker maker(Kin type, Shape shape) {
    return new Maker(type + " " + shape, () -> shaped(type, shape));
  }

  private static HostileFailure shaped(Kin type, Shape shape) {
    return switch (shape) {
      case MONITOR_HELD -> {
        Throwable failure = make(type, null, null);
        yield new HostileFailure(failure, null, failure);
      }
      case NO_SUPPRESSION -> new HostileFailure(new Sealed(null), null, null);
      case CYCLE -> {
        Throwable inner = new IllegalStateException("inner");
        Throwable failure = make(type, null, inner);
        inner.initCause(failure);
        yield new HostileFailure(failure, null, null);
      }
      case DEEP -> new HostileFailure(make(type, null, DEEP), null, null);
    };
  }

  private static Throwable make(
      Kin type, @Nullable Hostility hostility, @Nullable Throwable cause) {
    return switch (type) {
      case UNCHECKED -> new Unchecked(hostility, cause);
      case CHECKED -> new Checked(hostility, cause);
      case INTERRUPTION -> new Interruption(hostility, cause);
      case LAYER -> new Layer(hostility, cause);
    };
  }

  private static Throwable deep() {
    Throwable failure = new Sealed(null);
    for (int i = 0; i < DEPTH; i++) {
      failure = new Sealed(failure);
    }
    return failure;
  }

  /** The failure. */
  public Throwable failure() {
    return failure;
  }

  /** The failure, where only an exception fits. */
  public Exception exception() {
    return (Exception) failure;
  }

  /** The names of the threads that have asked its getter. */
  public Set<String> askers() {
    return hostility == null ? Set.of() : hostility.askers();
  }

  /** Whether {@code thrown} is the failure, or one that an await has put around it. */
  public boolean isIn(Throwable thrown) {
    return thrown == failure
        || (thrown instanceof CompletionException
            && !(thrown instanceof Layer)
            && thrown.getCause() == failure);
  }

  @Override
  public void close() {
    closed.countDown();
    if (hostility != null) {
      hostility.open();
    }
  }

  /** Without a place for suppressed failures, and without a stack trace. */
  private static final class Sealed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Sealed(@Nullable Throwable cause) {
      super("sealed", cause, false, false);
    }
  }

  @SuppressWarnings({HOSTILE, UNLOCKED, TEXT})
  private static final class Unchecked extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Hostility hostility;

    Unchecked(@Nullable Hostility hostility, @Nullable Throwable cause) {
      super("hostile", cause);
      this.hostility = hostility;
    }

    @Override
    public @Nullable Throwable getCause() {
      return Hostility.cause(hostility, super::getCause);
    }

    @Override
    public StackTraceElement @Nullable [] getStackTrace() {
      return Hostility.stackTrace(hostility, super::getStackTrace);
    }

    @Override
    public @Nullable String getMessage() {
      return Hostility.message(hostility, super::getMessage);
    }

    @Override
    public @Nullable String toString() {
      return Hostility.string(hostility, super::toString);
    }

    @Override
    public @Nullable Throwable fillInStackTrace() {
      return Hostility.filled(hostility, super::fillInStackTrace);
    }
  }

  @SuppressWarnings({HOSTILE, UNLOCKED, TEXT})
  private static final class Checked extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Hostility hostility;

    Checked(@Nullable Hostility hostility, @Nullable Throwable cause) {
      super("hostile", cause);
      this.hostility = hostility;
    }

    @Override
    public @Nullable Throwable getCause() {
      return Hostility.cause(hostility, super::getCause);
    }

    @Override
    public StackTraceElement @Nullable [] getStackTrace() {
      return Hostility.stackTrace(hostility, super::getStackTrace);
    }

    @Override
    public @Nullable String getMessage() {
      return Hostility.message(hostility, super::getMessage);
    }

    @Override
    public @Nullable String toString() {
      return Hostility.string(hostility, super::toString);
    }

    @Override
    public @Nullable Throwable fillInStackTrace() {
      return Hostility.filled(hostility, super::fillInStackTrace);
    }
  }

  @SuppressWarnings({HOSTILE, UNLOCKED, TEXT})
  private static final class Interruption extends InterruptedException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Hostility hostility;

    Interruption(@Nullable Hostility hostility, @Nullable Throwable cause) {
      super("hostile");
      if (cause != null) {
        initCause(cause);
      }
      this.hostility = hostility;
    }

    @Override
    public @Nullable Throwable getCause() {
      return Hostility.cause(hostility, super::getCause);
    }

    @Override
    public StackTraceElement @Nullable [] getStackTrace() {
      return Hostility.stackTrace(hostility, super::getStackTrace);
    }

    @Override
    public @Nullable String getMessage() {
      return Hostility.message(hostility, super::getMessage);
    }

    @Override
    public @Nullable String toString() {
      return Hostility.string(hostility, super::toString);
    }

    @Override
    public @Nullable Throwable fillInStackTrace() {
      return Hostility.filled(hostility, super::fillInStackTrace);
    }
  }

  @SuppressWarnings({HOSTILE, UNLOCKED, TEXT})
  private static final class Layer extends CompletionException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Hostility hostility;

    Layer(@Nullable Hostility hostility, @Nullable Throwable cause) {
      super("hostile", cause);
      this.hostility = hostility;
    }

    @Override
    public @Nullable Throwable getCause() {
      return Hostility.cause(hostility, super::getCause);
    }

    @Override
    public StackTraceElement @Nullable [] getStackTrace() {
      return Hostility.stackTrace(hostility, super::getStackTrace);
    }

    @Override
    public @Nullable String getMessage() {
      return Hostility.message(hostility, super::getMessage);
    }

    @Override
    public @Nullable String toString() {
      return Hostility.string(hostility, super::toString);
    }

    @Override
    public @Nullable Throwable fillInStackTrace() {
      return Hostility.filled(hostility, super::fillInStackTrace);
    }
  }
}
