package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;

/** Needs Java 25, as what it tests does: see this module's pom. */
@DisplayName("C4 scoped values take part by a carrier")
@Timeout(60)
class ScopedValueJava25Test {

  // tag::carrier[]
  static final ScopedValue<String> USER = ScopedValue.newInstance();

  static final class UserCarrier implements CoroutineContext.Carrier<String> {

    @Override
    public @Nullable String capture() {
      return USER.isBound() ? USER.get() : null;
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        String user, Body<? extends T, ? extends X> body) throws X {
      return ScopedValue.where(USER, user).<T, X>call(body::call);
    }
  }

  // end::carrier[]

  private static final ScopedValue<String> UNREGISTERED = ScopedValue.newInstance();

  private @Nullable Registration registration;

  @BeforeEach
  void register() {
    registration = CoroutineContext.register(new UserCarrier());
  }

  @AfterEach
  void takeBack() {
    if (registration != null) {
      registration.close();
    }
  }

  private static String user() {
    return USER.orElse("nobody");
  }

  private static <T> T as(String user, ScopedValue.CallableOp<T, RuntimeException> code) {
    return ScopedValue.where(USER, user).call(code);
  }

  @Test
  @DisplayName(
      "C4 bound in coroutines, forks, builders and on executors; rebound inside; nowhere else")
  void everywhere() {
    Publisher<String> publisher = Publishers.publisher((Emitter<String> e) -> e.emit(user()));
    List<String> seen =
        as(
            "ann",
            () -> {
              try (CoroutineScope<String, @Nullable Void> scope = CoroutineScope.open();
                  ExecutorService executor = Executors.newSingleThreadExecutor()) {
                Coroutine<String> child = scope.fork(ScopedValueJava25Test::user);
                scope.join();
                return List.of(
                    Coroutine.start(() -> Coroutine.start(ScopedValueJava25Test::user).await())
                        .await(),
                    child.get(),
                    Await.awaitFirst(publisher),
                    Coroutine.<String, RuntimeException>runOn(
                        executor, ScopedValueJava25Test::user),
                    Coroutine.start(() -> as("bob", () -> Await.awaitFirst(publisher))).await(),
                    Await.mapConcurrent(List.of(1), 1, i -> user()).getFirst());
              }
            });
    assertThat(seen).containsExactly("ann", "ann", "ann", "ann", "bob", "ann");
    assertThat(Coroutine.start(ScopedValueJava25Test::user).await()).isEqualTo("nobody");
  }

  @Test
  @DisplayName("C4 a checked failure crosses the binding as itself")
  void failure() {
    IOException failure = new IOException("body");
    assertThatThrownBy(() ->
            as(
                "ann",
                () ->
                    Coroutine.start(
                            () -> {
                              throw failure;
                            })
                        .await()))
        .hasCause(failure);
  }

  @Test
  @DisplayName("C4 one without a carrier is not visible in a coroutine")
  void unregistered() {
    boolean bound =
        ScopedValue.where(UNREGISTERED, "x")
            .call(() -> Coroutine.start(UNREGISTERED::isBound).await());
    assertThat(bound).isFalse();
  }
}
