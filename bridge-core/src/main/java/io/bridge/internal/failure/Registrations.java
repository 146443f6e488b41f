package io.bridge.internal.failure;

import io.bridge.Registration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * The users' registrations for the whole JVM: read often, changed rarely. Each registration is
 * revoked by itself, even if the same entry was registered twice.
 *
 * @param <E> handlers or predicates
 */
public final class Registrations<E> implements Iterable<E> {

  /** Has an identity, which an entry may lack. */
  public static final class Slot<E> {
    public final E entry;

    Slot(E entry) {
      this.entry = entry;
    }
  }

  private final AtomicReference<List<Slot<E>>> slots = new AtomicReference<>(List.of());

  /** Creates an empty registry. */
  public Registrations() {}

  /**
   * Adds {@code entry}.
   *
   * @param entry the handler or predicate
   * @return removes it
   */
  public Registration add(E entry) {
    Slot<E> slot = new Slot<>(entry);
    slots.updateAndGet(now -> Stream.concat(now.stream(), Stream.of(slot)).toList());
    return () -> slots.updateAndGet(now -> now.stream().filter(s -> s != slot).toList());
  }

  /**
   * Returns whether nothing is registered.
   *
   * @return whether it is empty
   */
  public boolean isEmpty() {
    return slots.get().isEmpty();
  }

  /** The present registrations, unmodifiable: an await reads them without an iterator (A2). */
  public List<Slot<E>> slots() {
    return slots.get();
  }

  @Override
  public Iterator<E> iterator() {
    return slots.get().stream().map(slot -> slot.entry).iterator();
  }
}
