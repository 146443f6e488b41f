package io.bridge.examples.edges;

import io.bridge.Undeliverable;
import io.bridge.fixtures.MemoryEdgeProgram;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;

/** A program that has the memory end inside the awaits and builders of every library. */
public final class LibraryMemoryEdges extends MemoryEdgeProgram {

  private static final LibrarySources SOURCES =
      new LibrarySources(LibraryMemoryEdges::inOther, later());

  private LibraryMemoryEdges() {
    super(LibraryOperations.others(SOURCES));
    LibraryOperations.all(SOURCES).forEach(this::simple);
  }

  @Override
  protected boolean isOwn(Throwable thrown) {
    return false; // all succeed
  }

  /** Everything, with {@code step} bytes more each time. */
  public static void main(String[] arguments) {
    Undeliverable.onFailure(failure -> {});
    RxJavaPlugins.setErrorHandler(failure -> {});
    startOther();
    new LibraryMemoryEdges().run(Integer.parseInt(arguments[0]));
  }
}
