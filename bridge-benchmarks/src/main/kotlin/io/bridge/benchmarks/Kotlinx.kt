package io.bridge.benchmarks

import io.reactivex.rxjava3.core.Completable
import io.reactivex.rxjava3.core.Maybe
import io.reactivex.rxjava3.core.Single
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.function.IntFunction
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.reactive.asFlow
import kotlinx.coroutines.reactive.awaitSingle
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.reactor.flux
import kotlinx.coroutines.reactor.mono
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.rx3.await
import kotlinx.coroutines.rx3.awaitSingle
import org.openjdk.jmh.infra.Blackhole
import org.reactivestreams.Publisher
import reactor.core.publisher.Flux
import reactor.core.publisher.Mono

/** The same work, as kotlinx.coroutines does it. `on` is the dispatcher. */
object Kotlinx {
  @JvmStatic fun onDefault(): CoroutineContext = Dispatchers.Default

  @JvmStatic fun onUnconfined(): CoroutineContext = Dispatchers.Unconfined

  @JvmStatic
  fun await(mono: Mono<Int>, times: Int, hole: Blackhole) = runBlocking {
    repeat(times) { hole.consume(mono.awaitSingle()) }
  }

  @JvmStatic
  fun await(publisher: Publisher<Int>, times: Int, hole: Blackhole) = runBlocking {
    repeat(times) { hole.consume(publisher.awaitSingle()) }
  }

  @JvmStatic
  fun await(single: Single<Int>, times: Int, hole: Blackhole) = runBlocking {
    repeat(times) { hole.consume(single.await()) }
  }

  @JvmStatic
  fun await(maybe: Maybe<Int>, times: Int, hole: Blackhole) = runBlocking {
    repeat(times) { hole.consume(maybe.awaitSingle()) }
  }

  @JvmStatic
  fun await(completable: Completable, times: Int) = runBlocking {
    repeat(times) { completable.await() }
  }

  @JvmStatic
  fun await(future: CompletableFuture<Int>, times: Int, hole: Blackhole) = runBlocking {
    repeat(times) { hole.consume(future.await()) }
  }

  private fun monos(level: Int): Mono<Int> =
    mono(Dispatchers.Unconfined) { if (level == 1) 1 else monos(level - 1).awaitSingle() + 1 }

  /** Awaits a `mono` that awaits a `mono` and so on, `times` times in one coroutine. */
  @JvmStatic
  fun nested(levels: Int, times: Int, hole: Blackhole) = runBlocking {
    repeat(times) { hole.consume(monos(levels).awaitSingle()) }
  }

  private fun flows(level: Int, items: Int): Flow<Int> = flow {
    if (level == 1) repeat(items) { emit(it) } else flows(level - 1, items).collect { emit(it + 1) }
  }

  private fun passedOn(level: Int, items: Int): Flow<Int> = flow {
    if (level == 1) repeat(items) { emit(it) } else emitAll(passedOn(level - 1, items))
  }

  /** Collects a `flow` that collects a `flow` and so on. */
  @JvmStatic
  fun collectFlows(levels: Int, items: Int, hole: Blackhole) = runBlocking {
    flows(levels, items).collect { hole.consume(it) }
  }

  /** The same with `emitAll`. */
  @JvmStatic
  fun passFlowsOn(levels: Int, items: Int, hole: Blackhole) = runBlocking {
    passedOn(levels, items).collect { hole.consume(it) }
  }

  /** Starts `waiters` coroutines, each of which awaits `times` sources, one after the other. */
  @JvmStatic
  fun awaitEach(
    on: CoroutineContext,
    waiters: Int,
    times: Int,
    next: IntFunction<Mono<Int>>,
    done: CountDownLatch,
  ) {
    val scope = CoroutineScope(on)
    for (waiter in 0 until waiters) {
      scope.launch {
        repeat(times) { next.apply(waiter).awaitSingle() }
        done.countDown()
      }
    }
  }

  /** Like [awaitEach], each source made from the value before. */
  @JvmStatic
  fun workflows(
    on: CoroutineContext,
    workflows: Int,
    steps: Int,
    step: IntFunction<Mono<Int>>,
    done: CountDownLatch,
  ) {
    val scope = CoroutineScope(on)
    repeat(workflows) {
      scope.launch {
        var value = 0
        repeat(steps) { value = step.apply(value).awaitSingle() }
        done.countDown()
      }
    }
  }

  @JvmStatic
  fun pingPong(on: CoroutineContext, times: Int, next: IntFunction<Mono<Int>>) =
    runBlocking(on) { repeat(times) { next.apply(0).awaitSingle() } }

  @JvmStatic
  fun loop(publisher: Publisher<Int>, hole: Blackhole) =
    runBlocking(Dispatchers.Default) { publisher.asFlow().collect { hole.consume(it as Any) } }

  @JvmStatic
  fun loopBuffered(publisher: Publisher<Int>, buffer: Int, hole: Blackhole) =
    runBlocking(Dispatchers.Default) {
      publisher.asFlow().buffer(buffer).collect { hole.consume(it as Any) }
    }

  @JvmStatic
  fun emit(on: CoroutineContext, items: Int): Flux<Int> =
    flux(on) { for (item in 0 until items) send(item) }

  @JvmStatic fun one(on: CoroutineContext): Mono<Int> = mono(on) { 1 }

  /** Starts and joins, one after the other. */
  @JvmStatic
  fun async(on: CoroutineContext, times: Int, hole: Blackhole) =
    runBlocking(on) { repeat(times) { hole.consume(async { 1 }.await()) } }

  /** One scope with `children`, `times` over. */
  @JvmStatic
  fun scopes(on: CoroutineContext, times: Int, children: Int) =
    runBlocking(on) { repeat(times) { coroutineScope { repeat(children) { async { 1 } } } } }

  /** Awaits under the context of whoever subscribes. */
  @JvmStatic
  fun awaitInContext(source: Mono<Int>, times: Int): Mono<Int> =
    mono(Dispatchers.Unconfined) {
      var sum = 0
      repeat(times) { sum += source.awaitSingle() }
      sum
    }
}
