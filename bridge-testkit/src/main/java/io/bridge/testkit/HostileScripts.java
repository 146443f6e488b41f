package io.bridge.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.testkit.Cardinality.Outcome;
import io.bridge.testkit.HostileScript.Signal;
import io.bridge.testkit.ScriptOracle.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Hostile sources, exhaustively: every script of up to four signals is played at every await of one
 * type of source, in every place, and compared with what {@link ScriptOracle} says.
 *
 * @param <S> the type of the source
 */
public final class HostileScripts<S> {

  /** An await under test. */
  @FunctionalInterface
  public interface Call<S> {
    /** Awaits {@code source}. */
    @Nullable Object await(S source) throws Exception;
  }

  /** Where the signals come from. */
  enum Place {
    IN_SUBSCRIBE(false, false),
    /** What follows the first upstream comes from inside its request. */
    IN_REQUEST(true, false),
    /** From another thread, while subscribe returns. */
    ELSEWHERE(false, true),
    /** From another thread, and what follows the first upstream from inside its request there. */
    ELSEWHERE_IN_REQUEST(true, true),
    /** What follows the first upstream comes from another thread during the request here. */
    DURING_REQUEST(true, false),
    /** Every second signal comes from another thread; the first upstream is held in request. */
    IN_TURN(true, false);

    final boolean insideRequest;
    final boolean subscribeReturns;

    Place(boolean insideRequest, boolean subscribeReturns) {
      this.insideRequest = insideRequest;
      this.subscribeReturns = subscribeReturns;
    }
  }

  /** RxJava passes no exception of a subscribe on as itself but this. */
  private static final class Thrown extends NullPointerException {
    private static final long serialVersionUID = 1L;
  }

  private static final long HANGS_AFTER_SECONDS = 10;

  private final String type;
  private final Protocol protocol;
  private final Function<Consumer<Signals>, S> source;
  private final Set<Place> places;
  private final List<Suite> suites = new ArrayList<>();

  /**
   * Starts with no await.
   *
   * @param type the name of the type of the source
   * @param protocol its rules
   * @param source makes a source whose subscribe hands its observer to the given script
   */
  public HostileScripts(String type, Protocol protocol, Function<Consumer<Signals>, S> source) {
    this.type = type;
    this.protocol = protocol;
    this.source = source;
    this.places =
        protocol.reactiveStreams
            ? EnumSet.allOf(Place.class)
            : EnumSet.of(Place.IN_SUBSCRIBE, Place.ELSEWHERE);
  }

  /** Adds an await. */
  public HostileScripts<S> await(String name, Cardinality cardinality, Call<? super S> call) {
    Set<HostileScript> scripts = HostileScript.all(protocol, cardinality);
    for (Place place : places) {
      suites.add(new Suite(name, cardinality, scripts, place, source -> call.await(source)));
    }
    return this;
  }

  /** Every await in every place. */
  public Stream<HostileScripts<?>.Suite> suites() {
    return suites.stream().map(suite -> suite);
  }

  /** All scripts of one await in one place. */
  public final class Suite {

    private final String name;
    private final Cardinality cardinality;
    private final Set<HostileScript> scripts;
    private final Place place;
    private final Call<S> call;

    private final AtomicInteger rounds = new AtomicInteger();

    private Suite(
        String name,
        Cardinality cardinality,
        Set<HostileScript> scripts,
        Place place,
        Call<S> call) {
      this.name = name;
      this.cardinality = cardinality;
      this.scripts = scripts;
      this.place = place;
      this.call = call;
    }

    /**
     * Plays all scripts, on two threads of its own: a failure costs more the deeper its stack is.
     *
     * @param failures receives what is reported as lost; is cleared for every script
     * @param values receives what is discarded; is cleared for every script
     */
    public void play(List<Throwable> failures, List<Object> values) throws Exception {
      try (ExecutorService awaiter = Executors.newSingleThreadExecutor();
          ExecutorService signaller = Executors.newSingleThreadExecutor()) {
        Thread awaiting = awaiter.submit(Thread::currentThread).get();
        Future<?> end = awaiter.submit(() -> playAll(signaller, failures, values));
        while (!end.isDone()) {
          int before = rounds.get();
          try {
            end.get(HANGS_AFTER_SECONDS, TimeUnit.SECONDS);
          } catch (TimeoutException e) {
            if (before == rounds.get()) {
              awaiting.interrupt();
            }
          } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failed) {
              throw failed;
            }
            throw e;
          }
        }
      }
    }

    private void playAll(ExecutorService signaller, List<Throwable> failures, List<Object> values) {
      for (HostileScript script : scripts) {
        failures.clear();
        values.clear();
        Run run = new Run(script, place, signaller);
        Outcome outcome = outcome(run);
        boolean hung = Thread.interrupted();
        run.awaitEnd();
        Verdict expected =
            ScriptOracle.judge(
                script, protocol, cardinality, place.insideRequest, run.stopped.keySet());
        Verdict actual = run.verdict(outcome, failures, values);
        if (hung || !actual.equals(expected)) {
          assertThat(actual)
              .as("%s in %s%s", script, this, hung ? ", which hung" : "")
              .isEqualTo(expected);
        }
        rounds.incrementAndGet();
      }
    }

    private Outcome outcome(Run run) {
      try {
        return Outcome.value(call.await(source.apply(run)));
      } catch (Throwable t) {
        run.thrown = t;
        return Outcome.thrown("");
      }
    }

    @Override
    public String toString() {
      return name + "(" + type + ") " + place;
    }
  }

  /** One script while it is played. */
  private static final class Run implements Consumer<Signals> {

    private final HostileScript script;
    private final Place place;
    private final ExecutorService signaller;

    // by one thread after the other: every thread that hands on waits, or does nothing more
    private int position;
    private final @Nullable Object[] payload;
    private final @Nullable Throwable[] intoSource;
    private final Map<Integer, Boolean> stopped = new TreeMap<>();
    private @Nullable Signals signals;
    private @Nullable Thread signalling;
    private @Nullable Future<?> playing;

    @Nullable Throwable thrown;

    Run(HostileScript script, Place place, ExecutorService signaller) {
      this.script = script;
      this.place = place;
      this.signaller = signaller;
      this.payload = new @Nullable Object[script.length()];
      this.intoSource = new @Nullable Throwable[script.length()];
    }

    @Override
    public void accept(Signals observer) {
      signals = observer;
      if (!place.subscribeReturns) {
        play();
        return;
      }
      playing = signaller.submit(this::play);
      if (script.endsThrowing()) { // that is subscribe's to do
        get(playing);
      }
    }

    private void play() {
      while (position < script.length()) {
        int next = position++;
        if (place == Place.IN_TURN && next % 2 == 1) {
          elsewhere(() -> step(next));
        } else {
          step(next);
        }
      }
    }

    private void step(int at) {
      Signal signal = script.signals().get(at);
      Object sent = payload(at, signal);
      payload[at] = sent;
      if (sent instanceof Thrown failure) {
        throw failure;
      }
      Signals observer = requireNonNull(signals);
      try {
        switch (signal) {
          case SUBSCRIBE, NULL_SUBSCRIBE -> observer.onSubscribe((Upstream) sent);
          case NEXT, NULL_NEXT -> observer.onNext((String) sent);
          case ERROR, NULL_ERROR -> observer.onError((Throwable) sent);
          case COMPLETE, THROW -> observer.onComplete();
        }
      } catch (Throwable t) {
        intoSource[at] = t;
      }
      if (signal == Signal.NEXT) {
        for (Object sentBefore : payload) {
          if (sentBefore instanceof Upstream upstream && upstream.isRequesting()) {
            stopped.put(at, upstream.isCancelled());
          }
        }
      }
    }

    private @Nullable Object payload(int at, Signal signal) {
      return switch (signal) {
        case SUBSCRIBE -> new Upstream(this::requested);
        case NEXT -> HostileScript.item(at);
        case ERROR -> new IllegalStateException(HostileScript.item(at));
        case THROW -> new Thrown();
        case NULL_SUBSCRIBE, NULL_NEXT, NULL_ERROR, COMPLETE -> null;
      };
    }

    private void requested() {
      if (place == Place.DURING_REQUEST) {
        elsewhere(this::play);
      } else if (place.insideRequest) {
        play();
      }
    }

    private void elsewhere(Runnable signal) {
      if (Thread.currentThread() == signalling) {
        signal.run();
        return;
      }
      get(
          signaller.submit(() -> {
            signalling = Thread.currentThread();
            signal.run();
          }));
    }

    /** Waits for the signals from elsewhere; what they throw is thrown here. */
    private static void get(Future<?> playing) {
      try {
        playing.get(HANGS_AFTER_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Thrown failure) {
          throw failure;
        }
        throw new AssertionError("in the script", e.getCause());
      } catch (InterruptedException | TimeoutException e) {
        throw new AssertionError("the script hangs", e);
      }
    }

    void awaitEnd() {
      Future<?> elsewhere = playing;
      if (elsewhere != null) {
        try {
          get(elsewhere);
        } catch (Thrown alreadyThrown) { // by subscribe
          return;
        }
      }
    }

    Verdict verdict(Outcome outcome, List<Throwable> failures, List<Object> values) {
      Map<Integer, String> upstreams = new TreeMap<>();
      Map<Integer, String> thrownIntoSource = new TreeMap<>();
      for (int i = 0; i < payload.length; i++) {
        if (payload[i] instanceof Upstream upstream) {
          upstreams.put(i, upstream.toString());
        }
        Throwable breach = intoSource[i];
        if (breach != null) {
          thrownIntoSource.put(i, breach.getClass().getSimpleName());
        }
      }
      return new Verdict(
          thrown == null ? outcome : Outcome.thrown(name(thrown)),
          values.stream().map(String::valueOf).sorted().toList(),
          failures.stream().map(this::name).sorted().toList(),
          upstreams,
          thrownIntoSource,
          stopped);
    }

    /** A failure that was sent, or thrown into the script, by the position of that. */
    private String name(Throwable failure) {
      int sent = Arrays.asList(payload).indexOf(failure);
      if (sent >= 0) {
        return script.signals().get(sent) + "@" + sent;
      }
      int received = Arrays.asList(intoSource).indexOf(failure);
      String type = failure.getClass().getSimpleName();
      return received >= 0 ? type + "@" + received : type;
    }
  }
}
