package io.bridge.examples.merge;

import static io.bridge.Publishers.*;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Flows;
import io.bridge.fixtures.Probe;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Every kind of source as every kind of target: the outcome crosses, and no thread is started. */
@DisplayName("B9 conversions, each source to each target")
@Timeout(60)
class ConversionMatrixTest {

  @SuppressWarnings("StaticAssignmentOfThrowable") // compared by identity, its trace is of no use
  private static final IOException CHECKED = new IOException("checked");

  /** What a source does. */
  enum Outcome {
    VALUE,
    EMPTY,
    FAILURE,
    /** Nothing, until its consumer cancels it. */
    CANCEL
  }

  /** What is behind a source, as far as its consumer can reach it. */
  private static final class Built {
    final Probe<String> probe = new Probe<>();

    /** A plain publisher that has its outcome at once, on the thread that requests. */
    Publisher<String> publisher(Outcome outcome) {
      probe.onRequest(
          switch (outcome) {
            case VALUE -> p -> p.next("a").complete();
            case EMPTY -> Probe::complete;
            case FAILURE -> p -> p.fail(CHECKED);
            case CANCEL -> p -> {};
          });
      return probe;
    }

    Flow.Publisher<String> flow(Outcome outcome) {
      Flow.Publisher<String> flow = FlowAdapters.toFlowPublisher(publisher(outcome));
      return subscriber -> flow.subscribe(subscriber); // the way back does not find the source
    }
  }

  /** A kind of source, as one of the two forms that targets take. */
  enum Source {
    MONO {
      @Override
      Publisher<String> publisher(Built built, Outcome outcome) {
        return Mono.fromDirect(built.publisher(outcome));
      }
    },
    FLUX {
      @Override
      Publisher<String> publisher(Built built, Outcome outcome) {
        return Flux.from(built.publisher(outcome));
      }
    },
    PUBLISHER {
      @Override
      Publisher<String> publisher(Built built, Outcome outcome) {
        return built.publisher(outcome);
      }
    },
    FLOW_PUBLISHER {
      @Override
      Awaitable<@Nullable String> one(Built built, Outcome outcome) {
        return awaitable(built.flow(outcome));
      }

      @Override
      Publisher<String> publisher(Built built, Outcome outcome) {
        return toPublisher(built.flow(outcome));
      }
    },
    SINGLE {
      @Override
      Awaitable<@Nullable String> one(Built built, Outcome outcome) {
        return nullable(awaitable(Single.fromPublisher(built.publisher(outcome))));
      }
    },
    MAYBE {
      @Override
      Awaitable<@Nullable String> one(Built built, Outcome outcome) {
        return awaitable(Flowable.fromPublisher(built.publisher(outcome)).singleElement());
      }
    },
    COMPLETABLE {
      @Override
      @SuppressWarnings("unchecked") // its value is null
      Awaitable<@Nullable String> one(Built built, Outcome outcome) {
        Awaitable<?> completable = awaitable(Completable.fromPublisher(built.publisher(outcome)));
        return (Awaitable<@Nullable String>) completable;
      }
    },
    FLOWABLE {
      @Override
      Publisher<String> publisher(Built built, Outcome outcome) {
        return Flowable.fromPublisher(built.publisher(outcome));
      }
    },
    OBSERVABLE {
      @Override
      Awaitable<@Nullable String> one(Built built, Outcome outcome) {
        return awaitable(Observable.fromPublisher(built.publisher(outcome)));
      }

      @Override
      Publisher<String> publisher(Built built, Outcome outcome) {
        return Observable.fromPublisher(built.publisher(outcome))
            .toFlowable(BackpressureStrategy.BUFFER);
      }
    },
    COMPLETABLE_FUTURE {
      @Override
      Awaitable<@Nullable String> one(Built built, Outcome outcome) {
        return awaitable(futureOf(outcome));
      }
    },
    COMPLETION_STAGE {
      @Override
      Awaitable<@Nullable String> one(Built built, Outcome outcome) {
        CompletionStage<@Nullable String> stage = futureOf(outcome).minimalCompletionStage();
        return awaitable(stage);
      }
    },
    /** One that is done is looked at in place, only one that runs costs a thread (A15). */
    FUTURE {
      @Override
      Awaitable<@Nullable String> one(Built built, Outcome outcome) {
        FutureTask<@Nullable String> task =
            new FutureTask<>(() -> {
              if (outcome == Outcome.FAILURE) {
                throw CHECKED;
              }
              return outcome == Outcome.VALUE ? "a" : null;
            });
        if (outcome != Outcome.CANCEL) {
          task.run();
        }
        return awaitable(task);
      }
    },
    COROUTINE {
      @Override
      Awaitable<@Nullable String> one(Built built, Outcome outcome) {
        CompletableFuture<@Nullable String> future = futureOf(outcome);
        Coroutine<@Nullable String> coroutine =
            Coroutine.<@Nullable String>start(() -> awaitOrThrow(future, IOException.class));
        if (outcome != Outcome.CANCEL) {
          Eventually.until("the coroutine's end", coroutine::isDone);
        }
        return coroutine;
      }
    },
    AWAITABLE {
      @Override
      Awaitable<@Nullable String> one(Built built, Outcome outcome) {
        Awaitable<@Nullable String> inner = awaitable(built.publisher(outcome));
        return suspension -> inner.subscribe(suspension);
      }
    };

    private static final Set<Source> OBSERVED =
        EnumSet.of(COMPLETABLE_FUTURE, COMPLETION_STAGE, FUTURE, COROUTINE);

    /** A publisher by itself, which targets of many items take as it is. */
    boolean isPublisher() {
      return EnumSet.of(MONO, FLUX, PUBLISHER, FLOW_PUBLISHER, FLOWABLE, OBSERVABLE).contains(this);
    }

    /** Whether its consumer can cancel it; the others are only observed (A14). */
    boolean isCancellable() {
      return !OBSERVED.contains(this);
    }

    /** Whether it is a thread by itself, or costs one. */
    boolean hasThread(Outcome outcome) {
      return this == COROUTINE || (this == FUTURE && outcome == Outcome.CANCEL);
    }

    boolean has(Outcome outcome) {
      return switch (this) {
        case SINGLE -> outcome != Outcome.EMPTY;
        case COMPLETABLE -> outcome != Outcome.VALUE;
        default -> true;
      };
    }

    Awaitable<@Nullable String> one(Built built, Outcome outcome) {
      return awaitable(publisher(built, outcome));
    }

    Publisher<String> publisher(Built built, Outcome outcome) {
      return toPublisher(one(built, outcome));
    }

    private static CompletableFuture<@Nullable String> futureOf(Outcome outcome) {
      CompletableFuture<@Nullable String> future = new CompletableFuture<>();
      switch (outcome) {
        case VALUE -> future.complete("a");
        case EMPTY -> future.complete(null);
        case FAILURE -> future.completeExceptionally(CHECKED);
        case CANCEL -> {}
      }
      return future;
    }

    private static <T> Awaitable<@Nullable T> nullable(Awaitable<T> source) {
      return suspension -> source.subscribe(suspension);
    }
  }

  /** The consumer of a target: its signals in words, and a way to cancel. */
  private static final class Consumer implements Subscriber<String> {
    final List<String> signals = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    private Runnable cancel = () -> {};

    private void write(String signal) {
      threads.add(Thread.currentThread());
      signals.add(signal);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      cancel = subscription::cancel;
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String value) {
      write("a".equals(value) ? "value" : "another value: " + value);
    }

    @Override
    public void onError(Throwable failure) {
      if (failure == CHECKED) {
        write("the failure");
      } else {
        write(failure instanceof NoSuchElementException ? "no such element" : failure.toString());
      }
    }

    @Override
    public void onComplete() {
      write("end");
    }

    void cancelledBy(Disposable disposable) {
      cancel = disposable::dispose;
    }

    void cancel() {
      cancel.run();
    }
  }

  /** A kind of target, and what its consumer gets of each outcome. */
  enum Target {
    MONO {
      @Override
      void connect(Source source, Built built, Outcome outcome, Consumer to) {
        Mono<String> mono = toMono(source.one(built, outcome));
        mono.subscribe(to);
      }
    },
    FLUX {
      @Override
      void connect(Source source, Built built, Outcome outcome, Consumer to) {
        Flux<String> flux = toFlux(source.publisher(built, outcome));
        flux.subscribe(to);
      }
    },
    SINGLE {
      @Override
      void connect(Source source, Built built, Outcome outcome, Consumer to) {
        Single<String> single = toSingle(source.one(built, outcome));
        to.cancelledBy(single.subscribe(to::onNext, to::onError));
      }

      @Override
      List<String> expected(Outcome outcome) {
        return outcome == Outcome.VALUE ? List.of("value") : super.expected(outcome);
      }

      @Override
      String empty() {
        return "no such element";
      }
    },
    MAYBE {
      @Override
      void connect(Source source, Built built, Outcome outcome, Consumer to) {
        Maybe<String> maybe = toMaybe(source.one(built, outcome));
        to.cancelledBy(maybe.subscribe(to::onNext, to::onError, to::onComplete));
      }

      @Override
      List<String> expected(Outcome outcome) {
        return outcome == Outcome.VALUE ? List.of("value") : super.expected(outcome);
      }
    },
    COMPLETABLE {
      @Override
      void connect(Source source, Built built, Outcome outcome, Consumer to) {
        Completable completable = toCompletable(source.one(built, outcome));
        to.cancelledBy(completable.subscribe(to::onComplete, to::onError));
      }

      @Override
      List<String> expected(Outcome outcome) {
        return outcome == Outcome.VALUE ? List.of("end") : super.expected(outcome);
      }
    },
    FLOWABLE {
      @Override
      void connect(Source source, Built built, Outcome outcome, Consumer to) {
        Flowable<String> flowable = toFlowable(source.publisher(built, outcome));
        flowable.subscribe(to);
      }
    },
    OBSERVABLE {
      @Override
      void connect(Source source, Built built, Outcome outcome, Consumer to) {
        Observable<String> observable = toObservable(source.publisher(built, outcome));
        to.cancelledBy(observable.subscribe(to::onNext, to::onError, to::onComplete));
      }
    },
    COMPLETABLE_FUTURE {
      @Override
      void connect(Source source, Built built, Outcome outcome, Consumer to) {
        CompletableFuture<@Nullable String> future =
            toCompletableFuture(source.one(built, outcome));
        CompletableFuture<?> unused =
            future.whenComplete((value, failure) -> accept(to, value, failure));
        to.cancelledBy(Disposable.fromFuture(future));
      }

      private void accept(Consumer to, @Nullable String value, @Nullable Throwable failure) {
        if (failure != null) {
          to.onError(failure);
        } else if (value != null) {
          to.onNext(value);
        } else {
          to.write("null");
        }
      }

      @Override
      List<String> expected(Outcome outcome) {
        return switch (outcome) {
          case VALUE -> List.of("value");
          case CANCEL -> List.of("java.util.concurrent.CancellationException");
          default -> super.expected(outcome);
        };
      }

      @Override
      String empty() {
        return "null";
      }
    },
    PUBLISHER {
      @Override
      void connect(Source source, Built built, Outcome outcome, Consumer to) {
        Publisher<String> publisher = toPublisher(source.one(built, outcome));
        publisher.subscribe(to);
      }
    },
    FLOW_PUBLISHER {
      @Override
      void connect(Source source, Built built, Outcome outcome, Consumer to) {
        Flow.Publisher<String> publisher = toFlowPublisher(source.publisher(built, outcome));
        Flows.through(publisher).subscribe(to);
      }
    };

    abstract void connect(Source source, Built built, Outcome outcome, Consumer to);

    List<String> expected(Outcome outcome) {
      return switch (outcome) {
        case VALUE -> List.of("value", "end");
        case EMPTY -> List.of(empty());
        case FAILURE -> List.of("the failure");
        case CANCEL -> List.of();
      };
    }

    String empty() {
      return "end";
    }
  }

  private final List<Object> discarded = new CopyOnWriteArrayList<>();
  private final List<Throwable> reported = new CopyOnWriteArrayList<>();
  private final Registration onDiscard = Undeliverable.onDiscard(discarded::add);
  private final Registration onFailure = Undeliverable.onFailure(reported::add);

  @AfterEach
  void nothingIsLeft() {
    onDiscard.close();
    onFailure.close();
    assertThat(reported).isEmpty();
    assertThat(Thread.interrupted()).isFalse();
  }

  private static Stream<Arguments> matrix() {
    return Stream.of(Source.values())
        .flatMap(source ->
            Stream.of(Target.values())
                .flatMap(target ->
                    Stream.of(Outcome.values())
                        .filter(source::has)
                        .map(outcome -> Arguments.of(source, target, outcome))));
  }

  private static Consumer convert(Source source, Target target, Outcome outcome, Built built) {
    Consumer consumer = new Consumer();
    target.connect(source, built, outcome, consumer);
    if (outcome == Outcome.CANCEL) {
      assertThat(consumer.signals).isEmpty();
      consumer.cancel();
    }
    return consumer;
  }

  @ParameterizedTest(name = "{0}->{1}: {2}")
  @MethodSource("matrix")
  @DisplayName("B9 source->target: outcome")
  void outcomeCrosses(Source source, Target target, Outcome outcome) {
    Built built = new Built();
    Consumer consumer = convert(source, target, outcome, built);

    assertThat(consumer.signals).isEqualTo(target.expected(outcome));
    assertThat(consumer.threads)
        .as("no thread between")
        .allMatch(thread -> thread == Thread.currentThread());
    boolean reaches = outcome == Outcome.CANCEL && source.isCancellable();
    assertThat(built.probe.cancelThreads())
        .isEqualTo(reaches ? List.of(Thread.currentThread()) : List.of());
    boolean lost = outcome == Outcome.VALUE && target == Target.COMPLETABLE;
    assertThat(discarded).isEqualTo(lost ? List.of("a") : List.of());
  }

  /** Every thread takes a number, a virtual one too. */
  private static long nextThreadId() {
    return Thread.ofVirtual().unstarted(() -> {}).threadId();
  }

  /** All conversions once, of sources without a thread. */
  private static void convertAll() {
    for (Source source : Source.values()) {
      for (Target target : Target.values()) {
        for (Outcome outcome : Outcome.values()) {
          if (source.has(outcome) && !source.hasThread(outcome)) {
            convert(source, target, outcome, new Built());
          }
        }
      }
    }
  }

  @Test
  @DisplayName("B9 no conversion starts a thread")
  void noThread() {
    Eventually.until( // the JVM's own threads take numbers, too
        "all conversions without a new thread",
        () -> {
          long before = nextThreadId();
          convertAll();
          return nextThreadId() == before + 1;
        });
  }
}
