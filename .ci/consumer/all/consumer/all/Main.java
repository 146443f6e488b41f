package consumer.all;

import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;

import io.bridge.Coroutine;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A user of all adapters. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    boolean named = Boolean.parseBoolean(arguments[0]);
    check(Coroutine.class.getModule().isNamed() == named, "bridge is a named module: " + named);
    Mono<Integer> sum =
        mono(
            () ->
                awaitSingle(Mono.just(1))
                    + await(Single.just(2))
                    + await(CompletableFuture.completedFuture(3)));
    check(sum.block() == 6, "a Mono of three awaits");
    check(single(() -> 4).blockingGet() == 4, "a Single");
    check(future(() -> 5).join() == 5, "a CompletableFuture");
    check(toFlux(Flux.range(0, 3)).collectList().block().size() == 3, "a Flux");
    // only Reactor's adapter, found as a service, knows that a Mono has no second item to cut off
    AtomicBoolean cancelled = new AtomicBoolean();
    Publisher<Integer> one = Mono.just(1).hide().doOnCancel(() -> cancelled.set(true));
    check(awaitFirst(one) == 1 && !cancelled.get(), "Reactor's adapter is found as a service");
    // and only RxJava's takes the item of a scalar source without a subscription
    AtomicBoolean subscribed = new AtomicBoolean();
    RxJavaPlugins.setOnFlowableSubscribe(
        (flowable, subscriber) -> {
          subscribed.set(true);
          return subscriber;
        });
    Publisher<Integer> scalar = Flowable.just(1);
    check(awaitFirst(scalar) == 1 && !subscribed.get(), "RxJava's adapter is found as a service");
    System.out.println("all adapters");
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("not so: " + what);
    }
  }
}
