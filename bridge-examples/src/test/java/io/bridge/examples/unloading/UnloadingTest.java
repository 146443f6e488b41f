package io.bridge.examples.unloading;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.completablefuture.CompletableFutureBridge;
import io.bridge.fixtures.Eventually;
import io.bridge.internal.library.ReactiveLibraries;
import io.bridge.reactor.ReactorBridge;
import io.bridge.rxjava.RxJavaBridge;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

@DisplayName("A13 (2): an application server can unload bridge and its users")
@Timeout(600)
class UnloadingTest {

  /** Each is loaded, used in every way, and left. */
  private static final int DEPLOYMENTS = Integer.getInteger("io.bridge.test.deployments", 20);

  /** The libraries and the JDK, as a server has them for all applications. */
  private static final class Server extends ClassLoader {

    /** Of classes that each application brings itself. */
    private final String hidden;

    Server(String hidden) {
      super(requireNonNull(UnloadingTest.class.getClassLoader()));
      this.hidden = hidden;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith(hidden)) {
        throw new ClassNotFoundException(name);
      }
      return super.loadClass(name, resolve);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.startsWith("META-INF/services/" + hidden)
          ? Collections.emptyEnumeration()
          : super.getResources(name);
    }
  }

  /** They outlive all applications. */
  private final CompletableFuture<String> endless = new CompletableFuture<>();

  private final Mono<String> silent = Mono.never();
  private final ExecutorService workers =
      Executors.newFixedThreadPool(
          2, Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false).factory());

  private static URL place(Class<?> type) {
    return requireNonNull(type.getProtectionDomain().getCodeSource()).getLocation();
  }

  private static URL[] bridgeAndApplication() {
    return List.of(
            ReactiveLibraries.class, // first: a seeded fault has it in a folder of its own
            Await.class,
            ReactorBridge.class,
            RxJavaBridge.class,
            CompletableFutureBridge.class,
            Application.class)
        .stream()
        .map(UnloadingTest::place)
        .toArray(URL[]::new);
  }

  /** Returns when the application has ended, with nothing but a weak reference to its loader. */
  private WeakReference<ClassLoader> deploy(String hidden) throws Exception {
    try (URLClassLoader loader = new URLClassLoader(bridgeAndApplication(), new Server(hidden))) {
      Class<?> type = loader.loadClass("io.bridge.examples.unloading.Application");
      assertThat(type.getClassLoader()).isSameAs(loader);
      Runnable application =
          (Runnable)
              type.getConstructor(CompletableFuture.class, Mono.class).newInstance(endless, silent);
      workers.submit(application).get();
      Thread virtual = Thread.ofVirtual().unstarted(application);
      virtual.start();
      virtual.join();
      return new WeakReference<>(loader);
    }
  }

  private void assertUnloaded(String hidden) throws Exception {
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < DEPLOYMENTS; i++) {
      loaders.add(deploy(hidden));
    }
    Eventually.until(
        "all are unloaded",
        () -> {
          System.gc();
          return loaders.stream().allMatch(loader -> loader.refersTo(null));
        });
    assertThat(endless.getNumberOfDependents()).isZero();
    workers.shutdown();
  }

  @Test
  @DisplayName("A13 (2): each application has a bridge of its own: nothing of it is left")
  void bridgeInChild() throws Exception {
    Set<Thread> before = platformThreads();
    assertUnloaded("io.bridge.");
    Eventually.until(
        "their shared threads have ended",
        () -> {
          System.gc(); // the JDK's cleaner goes with its user
          return platformThreads().stream()
              .filter(thread -> !before.contains(thread))
              .noneMatch(thread -> thread.getName().matches("(bridge|Cleaner)-.*"));
        });
  }

  private static Set<Thread> platformThreads() {
    return Thread.getAllStackTraces().keySet();
  }

  @Test
  @DisplayName("A13 (2): all applications share one bridge: nothing of them is left in it")
  void bridgeShared() throws Exception {
    assertUnloaded("io.bridge.examples.unloading.");
  }
}
