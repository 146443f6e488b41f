package io.bridge.internal.cancel;

import io.bridge.Undeliverable;
import io.bridge.internal.base.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What ends with a coroutine or a scope: its open cursors (I1). */
public final class OwnedResources {

  private static final VarHandle OPEN = Fields.handle(MethodHandles.lookup(), "open", Set.class);

  // any thread; made by the first resource, null again at the end
  private volatile @Nullable Set<Resource> open;

  /** Something that its owner's end closes. */
  public interface Resource {

    /** Closes it; may be called again. */
    void close();
  }

  /** Has {@code resource} cancelled at the end, unless it is {@link #forget}ed. */
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

  /** One that fails keeps no other from being cancelled (A5). */
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
