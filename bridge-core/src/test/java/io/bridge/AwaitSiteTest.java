package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Fork;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

@DisplayName("A8 the place of the await, and its bound")
@Timeout(120)
class AwaitSiteTest {

  /** A facade of an adapter. */
  private static final class Facade extends Await {}

  /** Without a place for suppressed failures. */
  private static final class Sealed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Sealed() {
      super("sealed", null, false, true);
    }
  }

  /** Run in a JVM of its own; prints how many entries an await has added. */
  static final class Main {

    private Main() {}

    @SuppressWarnings("SystemOut") // read by the test
    public static void main(String[] args) {
      IllegalStateException failure = new IllegalStateException("source");
      try {
        Await.<String>suspend(s -> s.fail(failure));
      } catch (IllegalStateException e) {
        System.out.println("added " + e.getSuppressed().length);
      }
    }
  }

  private static IllegalStateException failure() {
    return new IllegalStateException("source");
  }

  /** The site that {@code await} adds to what it throws. */
  private static Throwable siteOf(ThrowingCallable await) {
    Throwable thrown = catchThrowable(await);
    assertThat(thrown).isExactlyInstanceOf(IllegalStateException.class);
    assertThat(thrown.getSuppressed()).hasSize(1);
    return thrown.getSuppressed()[0];
  }

  @Test
  @DisplayName("A8 the site names the awaiting method, not one of bridge's, for every await")
  void namesTheCaller() {
    Publisher<String> source = Items.failing(failure());
    Awaitable<String> awaitable = s -> s.fail(failure());
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          throw failure();
        });
    List<ThrowingCallable> awaits =
        List.of(
            () -> Await.await(Items.failing(failure())),
            () -> Facade.await(Items.failing(failure())),
            () -> Await.awaitSingle(FlowAdapters.toFlowPublisher(Items.failing(failure()))),
            () -> Await.awaitFirstOrElse(Items.failing(failure()), () -> "else"),
            () -> Await.awaitList(source),
            () -> Await.<String>await(awaitable),
            () -> Await.<String>awaitAll(awaitable),
            () -> Await.<String>awaitAny(awaitable),
            () -> Await.<String, IOException>awaitOrThrow(awaitable, IOException.class),
            () -> Await.awaitOrThrow(Items.failing(failure()), IOException.class),
            () -> Coroutine.withTimeout(java.time.Duration.ofSeconds(60), () -> site(awaitable)),
            () -> coroutine.await());
    for (ThrowingCallable await : awaits) {
      Throwable site = siteOf(await);
      StackTraceElement caller = site.getStackTrace()[0];
      assertThat(caller.getClassName()).startsWith("io.bridge.AwaitSiteTest");
      assertThat(site).hasMessage("awaited at " + caller).hasToString("awaited at " + caller);
      assertThat(site.getStackTrace()).hasSizeLessThanOrEqualTo(32);
      assertThat(site.getCause()).isNull();
    }
  }

  private static String site(Awaitable<String> awaitable) {
    return Await.<String>await(awaitable);
  }

  @Test
  @DisplayName("A8 a method reference to an await names who called it through bridge")
  void methodReference() {
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          throw failure();
        });
    Throwable site =
        siteOf(() -> Coroutine.shield((Body<String, RuntimeException>) coroutine::await));
    assertThat(site.getStackTrace()[0].getClassName()).startsWith("io.bridge.AwaitSiteTest");
  }

  @Test
  @DisplayName("A8 10 000 awaits of one shared failure from four threads leave at most 8")
  void shared() {
    IllegalStateException failure = failure();
    List<Fork<String>> forks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      forks.add(
          Fork.platform(() -> {
            for (int n = 0; n < 2_500; n++) {
              assertThat(catchThrowable(() -> Await.await(Items.failing(failure))))
                  .isSameAs(failure);
            }
          }));
    }
    forks.forEach(Fork::join);
    assertThat(failure.getSuppressed()).hasSize(8);
  }

  @Test
  @DisplayName("A8 sites and siblings together are at most 8")
  void sitesAndSiblings() {
    IllegalStateException failure = failure();
    Awaitable<String> failing = s -> s.fail(failure);
    for (int i = 0; i < 5; i++) {
      assertThat(catchThrowable(() -> Await.<String>await(failing))).isSameAs(failure);
    }
    assertThat(failure.getSuppressed()).hasSize(5);
    for (int i = 0; i < 5; i++) {
      Awaitable<String> sibling = s -> s.fail(failure());
      assertThat(catchThrowable(() -> Await.<String>awaitAny(sibling, sibling, failing)))
          .isSameAs(failure);
    }
    assertThat(failure.getSuppressed()).hasSize(8);
  }

  @Test
  @DisplayName("A8 nothing where suppression is disabled")
  void suppressionDisabled() {
    Sealed failure = new Sealed();
    Awaitable<String> failing = s -> s.fail(failure);
    Awaitable<String> sibling = s -> s.fail(failure());
    assertThat(catchThrowable(() -> Await.<String>await(failing))).isSameAs(failure);
    assertThat(catchThrowable(() -> Await.<String>awaitAny(sibling, failing))).isSameAs(failure);
    assertThat(failure).hasNoSuppressedExceptions();
  }

  @Test
  @DisplayName(
      "A7 A8 a checked failure gets none: the trace of its CompletionException is the site")
  void checked() {
    IOException failure = new IOException("checked");
    assertThatThrownBy(() -> Await.await(Items.failing(failure)))
        .isInstanceOf(CompletionException.class)
        .satisfies(thrown ->
            assertThat(thrown.getStackTrace())
                .anySatisfy(frame ->
                    assertThat(frame.getClassName()).isEqualTo(AwaitSiteTest.class.getName())));
    assertThat(failure).hasNoSuppressedExceptions();
  }

  @Test
  @DisplayName("A8 an Error gets its site as well")
  void error() {
    AssertionError failure = new AssertionError("an Error");
    assertThat(catchThrowable(() -> Await.await(Items.failing(failure)))).isSameAs(failure);
    assertThat(failure.getSuppressed()).hasSize(1);
  }

  @Test
  @DisplayName("A8 nested coroutines give one site each")
  void nested() {
    IllegalStateException failure = failure();
    Coroutine<String> inner =
        Coroutine.start(() -> {
          throw failure;
        });
    Coroutine<String> middle = Coroutine.start(() -> inner.await());
    Coroutine<@Nullable String> outer = Coroutine.start(() -> middle.await());
    assertThat(catchThrowable(outer::await)).isSameAs(failure);
    assertThat(failure.getSuppressed()).hasSize(3);
    for (Throwable site : failure.getSuppressed()) {
      assertThat(site.getMessage()).startsWith("awaited at ");
    }
  }

  @Test
  @DisplayName("A8 -Dio.bridge.awaitSites=false switches it off")
  void switchedOff() throws Exception {
    assertThat(outputOf("-Dio.bridge.awaitSites=true")).isEqualTo("added 1");
    assertThat(outputOf("-Dio.bridge.awaitSites=false")).isEqualTo("added 0");
  }

  /** The loader of a JVM where bridge is not. */
  private static final class WithoutBridge extends ObjectInputStream {

    WithoutBridge(byte[] bytes) throws IOException {
      super(new ByteArrayInputStream(bytes));
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass type) throws ClassNotFoundException {
      return Class.forName(type.getName(), false, ClassLoader.getPlatformClassLoader());
    }
  }

  @Test
  @DisplayName("A8 (2): what bridge adds is read where bridge is not, with its place")
  void serialised() throws Exception {
    IllegalStateException failure = failure();
    Awaitable<String> failing = s -> s.fail(failure);
    Awaitable<String> sibling = s -> s.fail(failure());
    assertThat(catchThrowable(() -> Await.<String>awaitAny(sibling, failing))).isSameAs(failure);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(failure);
    }
    try (ObjectInputStream in = new WithoutBridge(bytes.toByteArray())) {
      Throwable read = (Throwable) in.readObject();
      assertThat(read.getSuppressed()).hasSize(2);
      Throwable site = read.getSuppressed()[1];
      assertThat(site).isExactlyInstanceOf(Exception.class);
      assertThat(site).hasMessage(failure.getSuppressed()[1].getMessage());
      assertThat(site.getStackTrace()).isEqualTo(failure.getSuppressed()[1].getStackTrace());
    }
  }

  private static String outputOf(String option) throws Exception {
    String classPath =
        String.join(File.pathSeparator, root(Await.class), root(Main.class), root(Publisher.class));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                option,
                Main.class.getName())
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  /** The folder or jar of a class, on the module path or not. */
  private static String root(Class<?> type) throws Exception {
    String name = "/" + type.getName().replace('.', '/') + ".class";
    URL url = Objects.requireNonNull(type.getResource(name));
    String text = url.toString();
    String location = text.substring(0, text.length() - name.length());
    if (location.startsWith("jar:")) {
      location = location.substring("jar:".length(), location.length() - 1);
    }
    return Path.of(java.net.URI.create(location)).toString();
  }
}
