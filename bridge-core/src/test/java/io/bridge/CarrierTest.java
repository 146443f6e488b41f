package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("C3 carriers take a thread's state along")
@Timeout(60)
class CarrierTest {

  private static final ThreadLocal<@Nullable String> USER = new ThreadLocal<>();

  /** What a user writes to have a thread-local of his take part. */
  private static final class UserCarrier implements CoroutineContext.Carrier<String> {

    @Override
    public @Nullable String capture() {
      return USER.get();
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        String user, Body<? extends T, ? extends X> body) throws X {
      String before = USER.get();
      USER.set(user);
      try {
        return body.call();
      } finally {
        if (before == null) {
          USER.remove();
        } else {
          USER.set(before);
        }
      }
    }
  }

  /** One whose two halves do as a test says. */
  private record Scripted(Body<@Nullable String, RuntimeException> captured, Runnable onRestore)
      implements CoroutineContext.Carrier<String> {

    @Override
    public @Nullable String capture() {
      return captured.call();
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        String state, Body<? extends T, ? extends X> body) throws X {
      onRestore.run();
      return body.call();
    }
  }

  private final List<Registration> registrations = new ArrayList<>();

  @AfterEach
  void takeBack() {
    registrations.forEach(Registration::close);
    USER.remove();
  }

  private void register(CoroutineContext.Carrier<?> carrier) {
    registrations.add(CoroutineContext.register(carrier));
  }

  private static String user() {
    return String.valueOf(USER.get());
  }

  @Test
  @DisplayName("C3 S1 a coroutine has the state of the code that starts it, as it was then")
  void start() {
    register(new UserCarrier());
    USER.set("ann");
    Probe<String> probe = new Probe<>();
    Coroutine<String> coroutine = Coroutine.start(() -> user() + Await.awaitFirst(probe) + user());
    USER.set("bob");
    probe.awaitRequest();
    probe.next("-");
    assertThat(coroutine.await()).isEqualTo("ann-ann");
    assertThat(user()).isEqualTo("bob");
  }

  @Test
  @DisplayName("C3 S2 so has a fork, and what a fork starts; a change in it stays in it")
  void fork() {
    register(new UserCarrier());
    USER.set("ann");
    try (CoroutineScope<String, @Nullable Void> scope = CoroutineScope.open()) {
      Coroutine<String> one =
          scope.fork(() -> {
            USER.set("one");
            return Coroutine.start(CarrierTest::user).await();
          });
      Coroutine<String> two = scope.fork(CarrierTest::user);
      scope.join();
      assertThat(one.get()).isEqualTo("one");
      assertThat(two.get()).isEqualTo("ann");
    }
    assertThat(user()).isEqualTo("ann");
  }

  @Test
  @DisplayName("C3 S9 runOn: in the body only; the executor's thread is as before behind it")
  void runOn() throws Exception {
    register(new UserCarrier());
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<?> set = executor.submit(() -> USER.set("the executor's"));
      set.get();
      USER.set("ann");
      assertThat(Coroutine.<String, RuntimeException>runOn(executor, CarrierTest::user))
          .isEqualTo("ann");
      assertThat(catchThrowable(() -> Coroutine.runOn(executor, CarrierTest::throwing)))
          .hasMessage("ann");
      Future<String> behind = executor.submit(CarrierTest::user);
      assertThat(behind.get()).isEqualTo("the executor's");
    }
  }

  private static void throwing() {
    throw new IllegalStateException(user());
  }

  @Test
  @DisplayName("C3 B12 a builder's body has the state of the thread that subscribes, each time")
  void builder() {
    register(new UserCarrier());
    Publisher<String> publisher = Publishers.publisher((Emitter<String> e) -> e.emit(user()));
    USER.set("ann");
    assertThat(Await.await(publisher)).isEqualTo("ann");
    USER.set("bob");
    assertThat(Await.await(publisher)).isEqualTo("bob");
  }

  @Test
  @DisplayName(
      "C3 A2 a thread that must not block is not asked by a builder, but by who starts there")
  void refusedThread() {
    register(new UserCarrier());
    Publisher<String> publisher = Publishers.publisher((Emitter<String> e) -> e.emit(user()));
    registrations.add(Await.rejectOn(thread -> thread.getName().equals("loop")));
    Fork<List<String>> loop =
        Fork.platform(() -> {
          Thread.currentThread().setName("loop");
          USER.set("another request's");
          List<String> seen = new CopyOnWriteArrayList<>();
          publisher.subscribe(new Last(seen));
          Coroutine<String> started = Coroutine.start(CarrierTest::user);
          Eventually.until("both", () -> seen.size() == 1 && started.isDone());
          seen.add(started.get());
          return seen;
        });
    assertThat(loop.join()).containsExactly("null", "another request's");
  }

  private record Last(List<String> seen) implements Subscriber<String> {
    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(1);
    }

    @Override
    public void onNext(String item) {
      seen.add(item);
    }

    @Override
    public void onError(Throwable failure) {
      seen.add(failure.toString());
    }

    @Override
    public void onComplete() {}
  }

  @Test
  @DisplayName(
      "C3 S7 the runs of mapConcurrent have the state of the loop, whoever sends the items")
  void mapConcurrent() {
    register(new UserCarrier());
    USER.set("ann");
    Publisher<Integer> items =
        Publishers.publisher((Emitter<Integer> e) -> {
          USER.set("the source's");
          e.emit(1);
          e.emit(2);
        });
    try (Cursor<String> values = Await.mapConcurrent(items, 2, i -> i + user())) {
      List<String> seen = new ArrayList<>();
      values.forEach(seen::add);
      assertThat(seen).containsExactly("1ann", "2ann");
    }
    assertThat(Await.mapConcurrent(List.of(1, 2), 2, i -> i + user()))
        .containsExactly("1ann", "2ann");
  }

  @Test
  @DisplayName(
      "C3 nothing captured is nothing restored; a carrier that was taken back is not asked")
  void nothing() {
    AtomicInteger restored = new AtomicInteger();
    Registration registration =
        CoroutineContext.register(new Scripted(() -> null, restored::incrementAndGet));
    registrations.add(registration);
    assertThat(Coroutine.start(CarrierTest::user).await()).isEqualTo("null");
    registration.close();
    Registration later =
        CoroutineContext.register(
            new Scripted(
                () -> {
                  restored.incrementAndGet();
                  return "state";
                },
                restored::incrementAndGet));
    later.close();
    assertThat(Coroutine.start(CarrierTest::user).await()).isEqualTo("null");
    assertThat(restored).hasValue(0);
  }

  @Test
  @DisplayName("C3 several carriers, all of them around the body")
  void several() {
    List<String> order = new CopyOnWriteArrayList<>();
    register(new Scripted(() -> "a", () -> order.add("a")));
    register(new UserCarrier());
    register(new Scripted(() -> "b", () -> order.add("b")));
    USER.set("ann");
    Coroutine<Boolean> coroutine =
        Coroutine.start(() -> {
          order.add(user());
          return true;
        });
    assertThat(coroutine.await()).isTrue();
    assertThat(order).containsExactlyInAnyOrder("a", "b", "ann").endsWith("ann");
  }

  @Test
  @DisplayName("C3 what a carrier throws is the coroutine's failure, and the body does not run")
  void throwingCarrier() {
    AtomicBoolean ran = new AtomicBoolean();
    IllegalStateException failure = new IllegalStateException("carrier");
    Registration capturing =
        CoroutineContext.register(
            new Scripted(
                () -> {
                  throw failure;
                },
                () -> {}));
    assertThat(catchThrowable(() -> Coroutine.start(() -> ran.set(true)).await()))
        .isSameAs(failure);
    assertThat(
            catchThrowable(
                () -> Await.await(Publishers.publisher((Emitter<String> e) -> ran.set(true)))))
        .isSameAs(failure);
    capturing.close();
    register(
        new Scripted(
            () -> "state",
            () -> {
              throw failure;
            }));
    assertThat(catchThrowable(() -> Coroutine.start(() -> ran.set(true)).await()))
        .isSameAs(failure);
    assertThat(ran).isFalse();
  }

  @Test
  @DisplayName("C3 A9 a cancelled body inside a carrier ends as any other")
  void cancelled() {
    register(new UserCarrier());
    USER.set("ann");
    Probe<String> probe = new Probe<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          try {
            return Await.awaitSingle(probe);
          } finally {
            seen.add(user());
          }
        });
    probe.awaitRequest();
    coroutine.cancel();
    assertThat(catchThrowable(coroutine::await)).hasCauseInstanceOf(CancellationException.class);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertThat(seen).containsExactly("ann");
  }

  @Test
  @DisplayName("C3 A13 a handle does not keep what was captured")
  void memory() {
    List<WeakReference<Object>> captured = new CopyOnWriteArrayList<>();
    register(
        new CoroutineContext.Carrier<Object>() {
          @Override
          public Object capture() {
            Object state = new Object();
            captured.add(new WeakReference<>(state));
            return state;
          }

          @Override
          public <T extends @Nullable Object, X extends Exception> T restore(
              Object state, Body<? extends T, ? extends X> body) throws X {
            return body.call();
          }
        });
    Coroutine<String> coroutine = Coroutine.start(() -> "done");
    assertThat(coroutine.await()).isEqualTo("done");
    Eventually.until(
        "the state is gone",
        () -> {
          System.gc();
          return captured.size() == 1 && captured.getFirst().get() == null;
        });
    assertThat(coroutine.isDone()).isTrue();
  }

  @Test
  @DisplayName("section 8: a null carrier is named")
  void nulls() {
    assertThatThrownBy(() -> CoroutineContext.register(Nulls.smuggled())).hasMessage("carrier");
  }
}
