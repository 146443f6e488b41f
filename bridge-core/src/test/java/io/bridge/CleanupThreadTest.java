package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A13 (2): the threads that clean up after lost handles belong to nobody")
@Timeout(60)
class CleanupThreadTest {

  private static final InheritableThreadLocal<@Nullable String> USER =
      new InheritableThreadLocal<>();

  /** What the code that stops a source finds. */
  private record Found(@Nullable String user, @Nullable ClassLoader loader) {}

  private static void lose(Probe<String> probe) {
    Cursor<String> items = Publishers.iterate(probe);
    probe.next("a");
    assertThat(items.next()).isEqualTo("a");
  }

  private static void collected(Probe<String> probe) {
    Eventually.until(
        "it is cancelled",
        () -> {
          System.gc();
          return probe.cancels() > 0;
        });
  }

  @Test
  @DisplayName(
      "A13 (2): cleanup sees no thread-local and no class loader of the code that came first")
  void nothingInherited() throws Exception {
    List<Found> found = new CopyOnWriteArrayList<>();
    try (Undelivered lost = new Undelivered();
        URLClassLoader own = new URLClassLoader(new URL[0])) {
      for (String user : List.of("first", "second")) {
        Probe<String> probe =
            new Probe<String>()
                .onCancel(p ->
                    found.add(
                        new Found(USER.get(), Thread.currentThread().getContextClassLoader())));
        Fork.platform(
                () -> {
                  USER.set(user);
                  Thread.currentThread().setContextClassLoader(own);
                  lose(probe);
                })
            .join();
        collected(probe);
      }
      Eventually.until("both are reported", () -> lost.failures().size() == 2);
    }
    assertThat(found).containsOnly(new Found(null, ClassLoader.getSystemClassLoader())).hasSize(2);
  }

  @Test
  @DisplayName("A5 (2) A13 (2): a cancel that blocks stops no other cleanup")
  void oneBlocks() {
    CountDownLatch release = new CountDownLatch(1);
    try (Undelivered lost = new Undelivered()) {
      Probe<String> blocking = new Probe<String>().onCancel(p -> awaitUninterruptibly(release));
      lose(blocking);
      collected(blocking);
      Probe<String> next = new Probe<>();
      lose(next);
      collected(next);
      Eventually.until("the second is reported", () -> lost.failures().size() == 1);
      release.countDown();
      Eventually.until("the first is reported", () -> lost.failures().size() == 2);
    } finally {
      release.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
