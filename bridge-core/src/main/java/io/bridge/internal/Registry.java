package io.bridge.internal;

import io.bridge.Registration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What users have registered for the whole JVM: read often, changed rarely. Each registration is
 * taken back by itself, also if the same entry was registered twice.
 *
 * @param <E> handlers or predicates
 */
public final class Registry<E> implements Iterable<E> {

  /** Has the identity that an entry may lack. */
  private static final class Slot<E> {
    final E entry;

    Slot(E entry) {
      this.entry = entry;
    }
  }

  private final List<Slot<E>> slots = new CopyOnWriteArrayList<>();

  /** Creates an empty registry. */
  public Registry() {}

  /**
   * Adds {@code entry}.
   *
   * @param entry the handler or predicate
   * @return takes it out again
   */
  public Registration add(E entry) {
    Slot<E> slot = new Slot<>(entry);
    slots.add(slot);
    return () -> slots.remove(slot);
  }

  /**
   * Returns whether nothing is registered.
   *
   * @return whether it is empty
   */
  public boolean isEmpty() {
    return slots.isEmpty();
  }

  @Override
  public Iterator<E> iterator() {
    return slots.stream().map(slot -> slot.entry).iterator();
  }
}
