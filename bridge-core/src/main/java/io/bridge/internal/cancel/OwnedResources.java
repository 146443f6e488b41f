package io.bridge.internal.cancel;

import io.bridge.Undeliverable;
import io.bridge.internal.base.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The resources that end with a coroutine or a scope: its open cursors (I1). */
public final class OwnedResources {

  private static final VarHandle OPEN = Fields.handle(MethodHandles.lookup(), "open", Set.class);

  // any thread; made by the first resource, null again after the end
  private volatile @Nullable Set<Resource> open;

  /** A resource that is closed when its owner ends. */
  public interface Resource {

    /** Closes it; may be called again. */
    void close();
  }

  /** Closes {@code resource} when the owner ends, unless it is {@link #forget forgotten} before. */
  public void remember(Resource resource) {
    Set<Resource> set = open;
    if (set == null) {
      Set<Resource> fresh = ConcurrentHashMap.newKeySet();
      set = OPEN.compareAndSet(this, null, fresh) ? fresh : open;
    }
    if (set != null) {
      set.add(resource);
    }
  }

  public void forget(Resource resource) {
    Set<Resource> set = open;
    if (set != null) {
      set.remove(resource);
    }
  }

  /** Closes one; its failure does not keep the others open (A5). */
  private static void close(Resource resource) {
    try {
      resource.close();
    } catch (Throwable t) {
      Undeliverable.report(t);
    }
  }

  public void close() {
    Set<Resource> set = open;
    if (set != null) {
      open = null;
      set.forEach(OwnedResources::close);
    }
  }
}
