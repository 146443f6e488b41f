package io.bridge.internal.base;

import io.bridge.Registration;
import io.bridge.internal.failure.CallerFrames;
import io.bridge.internal.failure.Registrations;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which threads may block in an await (A2): virtual threads always; of the others, those that a
 * user permits, and all that neither a library nor a user refuses. The libraries' marker types are
 * known by name, so that core does not depend on them.
 */
public final class Guard {

  private static final Set<String> REFUSED_TYPES =
      Set.of(
          "reactor.core.scheduler.NonBlocking",
          "io.reactivex.rxjava3.internal.schedulers.NonBlockingThread");

  private static final String NETTY_THREAD = "io.netty.util.concurrent.FastThreadLocalThread";

  private static final Registrations<Predicate<? super Thread>> PERMITTED = new Registrations<>();
  private static final Registrations<Predicate<? super Thread>> REFUSED = new Registrations<>();

  /**
   * The rule of a thread class: whether its threads are refused, or which of its methods permits
   * them. Only objects of the JDK: one of ours would keep our class loader for as long as the class
   * lives, as {@link Thread} does (A13).
   */
  private static final ClassValue<Object> RULES =
      new ClassValue<>() {
        @Override
        protected Object computeValue(Class<?> type) {
          return ClassRule.of(type);
        }
      };

  private Guard() {}

  /**
   * Permits threads, even if a library refuses them.
   *
   * @param threads the threads to permit
   * @return revokes the permission
   */
  public static Registration permit(Predicate<? super Thread> threads) {
    return PERMITTED.add(threads);
  }

  /**
   * Refuses threads that are not virtual.
   *
   * @param threads the threads to refuse
   * @return revokes the refusal
   */
  public static Registration refuse(Predicate<? super Thread> threads) {
    return REFUSED.add(threads);
  }

  /** Throws unless {@code thread}, the calling one, may block. */
  public static void check(Thread thread) {
    if (!permits(thread)) {
      throw new IllegalStateException(message(thread));
    }
  }

  /** Whether {@code thread}, the calling one, may block (A2). */
  public static boolean permits(Thread thread) {
    return thread.isVirtual() || matches(PERMITTED, thread) || !isRefused(thread);
  }

  private static boolean isRefused(Thread thread) {
    return ClassRule.refuses(RULES.get(thread.getClass()), thread)
        || PresentLibraries.anyRefuses(thread)
        || matches(REFUSED, thread);
  }

  private static boolean matches(Registrations<Predicate<? super Thread>> registry, Thread thread) {
    List<Registrations.Slot<Predicate<? super Thread>>> rules = registry.slots();
    for (int i = 0; i < rules.size(); i++) { // without an iterator for each await
      if (rules.get(i).entry.test(thread)) {
        return true;
      }
    }
    return false;
  }

  /** The one message of the guard (A19): the operation, the thread, the caller, the ways out. */
  private static String message(Thread thread) {
    return CallerFrames.operation()
        + " on thread \""
        + thread.getName()
        + "\", which must not block, at "
        + CallerFrames.nearest()
        + "; instead return a builder such as mono(() -> ...) or future(() -> ...), or use"
        + " Coroutine.start(...) and react to its completion; a pool whose threads may block is"
        + " permitted by Await.permitOn(...)";
  }

  /** Decided once for each class of threads. */
  private static final class ClassRule {

    private ClassRule() {}

    static Object of(Class<?> type) {
      boolean refused = false;
      MethodHandle permitsBlocking = null;
      for (Class<?> c = type; c != null; c = c.getSuperclass()) {
        refused |= implementsRefusedType(c);
        if (c.getName().equals(NETTY_THREAD)) {
          permitsBlocking = permitsBlocking(c);
        }
      }
      return refused || permitsBlocking == null ? refused : permitsBlocking;
    }

    private static boolean implementsRefusedType(Class<?> type) {
      for (Class<?> i : type.getInterfaces()) {
        if (REFUSED_TYPES.contains(i.getName()) || implementsRefusedType(i)) {
          return true;
        }
      }
      return false;
    }

    private static @Nullable MethodHandle permitsBlocking(Class<?> nettyThread) {
      try {
        return MethodHandles.publicLookup()
            .findVirtual(nettyThread, "permitBlockingCalls", MethodType.methodType(boolean.class))
            .asType(MethodType.methodType(boolean.class, Thread.class));
      } catch (ReflectiveOperationException tooOldToSay) {
        return null;
      }
    }

    static boolean refuses(Object rule, Thread thread) {
      if (rule instanceof Boolean refused) {
        return refused;
      }
      try {
        return !(boolean) ((MethodHandle) rule).invokeExact(thread);
      } catch (Throwable t) {
        throw new IllegalStateException("permitBlockingCalls of " + thread, t);
      }
    }
  }
}
