package io.bridge.internal.stream;

import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.Emitter;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.VoidItemBody;
import io.bridge.internal.await.StreamSource;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.coroutine.InPlaceStream;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.stress.protocol.Actors;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/**
 * A stream body in place ({@link InPlaceStream}): the threads that emit to it as its guests, and
 * the cancels that reach the body, its consumer, or both. Proof of docs/design/inplace.md.
 */
public final class InPlaceStreamStress {

  private InPlaceStreamStress() {}

  /** Calls its body on any thread of a coroutine: an actor's is no virtual one. */
  private record Called<T>(Emitter.Body<T> body) implements Publisher<T>, StreamSource<T> {

    @Override
    public void subscribe(Subscriber<? super T> subscriber) {
      throw new AssertionError("not in place");
    }

    @Override
    public boolean call(Subscriber<? super T> subscriber, @Nullable CancelFrame frame) {
      CancelFrame around = requireNonNull(frame);
      EmitterSubscription.call(
          "inner", body, around, around.context(), subscriber, Undeliverable::report);
      return true;
    }
  }

  /** A coroutine that consumes a stream in place, and what it sees. */
  abstract static class Consumer {

    final Actors.Item item = new Actors.Item();
    volatile @Nullable Emitter<Actors.Item> emitter;
    volatile @Nullable Coroutine<?> inner;
    volatile @Nullable Suspension<? super String> waiting;
    volatile boolean sent;
    int taken;

    /** Lets the other actor in, then runs {@code rest}. */
    final Emitter.Body<Actors.Item> body(Emitter.Body<Actors.Item> rest) {
      return out -> {
        inner = Coroutine.current();
        emitter = out;
        rest.run(out);
      };
    }

    /** What the loop ends by, and the flag after all cancels. */
    final String consume(
        Emitter.Body<Actors.Item> body, VoidItemBody<Actors.Item, RuntimeException> action) {
      String end = endOf(new Called<>(body(body)), action);
      Actors.until(() -> sent);
      return end + (Thread.currentThread().isInterrupted() ? ", flag up" : ", flag down");
    }

    private String endOf(
        Publisher<Actors.Item> source, VoidItemBody<Actors.Item, RuntimeException> action) {
      try {
        boolean inPlace =
            InPlaceConsumer.forEach(
                source,
                next -> {
                  taken++;
                  action.run(next);
                },
                CurrentFrame.get());
        return inPlace ? "end" : "other";
      } catch (CompletionException e) {
        return e.getCause() instanceof CancellationException ? "inner" : "other";
      } catch (CancellationException e) {
        return "outer";
      }
    }

    /** Waits until the other actor resumes it. */
    final String await() {
      return Await.<String>suspend(suspension -> waiting = suspension);
    }

    final void resume() {
      Actors.take(() -> waiting).resume("resumed");
    }

    /** Emits as a guest, and tells how that ended. */
    final String emit() {
      try {
        Actors.take(() -> emitter).emit(item);
        return "emitted";
      } catch (CancellationException e) {
        return "cancelled";
      } catch (IllegalStateException e) {
        return "ended";
      }
    }

    /** How often the item was taken, and how often discarded. */
    final String whereabouts() {
      return taken + "/" + item.timesGivenUp();
    }
  }

  /** A guest comes while the body goes to wait. */
  @JCStressTest
  @Outcome(id = "end, flag down, 1/0, emitted", expect = Expect.ACCEPTABLE, desc = "taken")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a lost item; a lost wake-up hangs")
  @State
  public static class GuestAgainstWait extends Consumer {

    volatile @Nullable String end;
    final RunningCoroutine<String> outer =
        Actors.coroutine(() -> {
          end = consume(out -> await(), next -> {});
          return "";
        });

    @Actor
    public void consumer(LLL_Result r) {
      Actors.run(outer);
      r.r1 = end;
      r.r2 = whereabouts();
    }

    @Actor
    public void guest(LLL_Result r) {
      r.r3 = emit();
      resume();
      sent = true;
    }
  }

  /** A guest comes while the body ends. */
  @JCStressTest
  @Outcome(id = "end, flag down, 1/0, emitted", expect = Expect.ACCEPTABLE, desc = "taken")
  @Outcome(id = "end, flag down, 0/1, ended", expect = Expect.ACCEPTABLE, desc = "too late")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an item that vanished; a guest that hangs")
  @State
  public static class GuestAgainstEnd extends Consumer {

    volatile @Nullable String end;
    volatile boolean emitted;
    final RunningCoroutine<String> outer =
        Actors.coroutine(() -> {
          end = consume(out -> await(), next -> {});
          Actors.until(() -> emitted);
          return "";
        });

    @Actor
    public void consumer(LLL_Result r) {
      Actors.run(outer);
      r.r1 = end;
      r.r2 = whereabouts();
    }

    @Actor
    public void guest(LLL_Result r) {
      resume();
      sent = true;
      r.r3 = emit();
      emitted = true;
    }
  }

  /** A guest comes while a cancel of the consumer ends the wait of the body. */
  @JCStressTest
  @Outcome(id = "outer, flag up, 1/0, emitted", expect = Expect.ACCEPTABLE, desc = "taken")
  @Outcome(id = "outer, flag up, 0/1, (cancelled|ended)", expect = Expect.ACCEPTABLE, desc = "late")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an item that vanished; a guest that hangs")
  @State
  public static class GuestAgainstCancel extends Consumer {

    volatile @Nullable String end;
    volatile boolean emitted;
    final RunningCoroutine<String> outer =
        Actors.coroutine(() -> {
          end = consume(out -> Actors.never(), next -> {});
          Actors.until(() -> emitted);
          return "";
        });

    @Actor
    public void consumer(LLL_Result r) {
      Actors.run(outer);
      r.r1 = end;
      r.r2 = whereabouts();
    }

    @Actor
    public void guest(LLL_Result r) {
      Actors.take(() -> emitter);
      outer.cancel();
      sent = true;
      r.r3 = emit();
      emitted = true;
    }
  }

  /** The body is cancelled while its consumer waits, which must not see that. */
  @JCStressTest
  @Outcome(id = "resumed, end, flag down", expect = Expect.ACCEPTABLE, desc = "only the body's")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the body's interrupt in the consumer's wait")
  @State
  public static class CancelInnerAgainstAction extends Consumer {

    volatile @Nullable String seen;
    volatile @Nullable String end;
    final RunningCoroutine<String> outer =
        Actors.coroutine(() -> {
          end = consume(out -> out.emit(item), next -> seen = await());
          return "";
        });

    @Actor
    public void consumer(LL_Result r) {
      Actors.run(outer);
      r.r1 = seen;
      r.r2 = end;
    }

    @Actor
    public void canceller() {
      Actors.take(() -> waiting);
      Actors.take(() -> inner).cancel();
      resume();
      sent = true;
    }
  }

  /** The consumer is cancelled while the body emits and its action returns. */
  @JCStressTest
  @Outcome(id = "outer, flag up", expect = Expect.ACCEPTABLE, desc = "seen by an emit")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a lost interrupt; a lost cancel hangs")
  @State
  public static class CancelOuterAgainstEmits extends Consumer {

    volatile @Nullable String end;
    final RunningCoroutine<String> outer =
        Actors.coroutine(() -> {
          end = consume(CancelOuterAgainstEmits::emitForEver, next -> Actors.beat());
          return "";
        });

    private static void emitForEver(Emitter<Actors.Item> out) {
      Actors.Item item = new Actors.Item();
      while (true) {
        out.emit(item);
      }
    }

    @Actor
    public void consumer(L_Result r) {
      Actors.run(outer);
      r.r1 = end;
    }

    @Actor
    public void canceller() {
      Actors.take(() -> inner);
      outer.cancel();
      sent = true;
    }
  }

  /** The consumer is cancelled while the body, or its action, goes to wait for ever. */
  @JCStressTest
  @Outcome(id = "outer, flag up, outer, flag up", expect = Expect.ACCEPTABLE, desc = "both ended")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a lost interrupt; a lost cancel hangs")
  @State
  public static class CancelOuterAgainstWaits extends Consumer {

    volatile @Nullable String inBody;
    volatile @Nullable String inAction;
    volatile @Nullable Coroutine<?> second;
    final RunningCoroutine<String> first =
        Actors.coroutine(() -> {
          inBody = consume(out -> Actors.never(), next -> {});
          return "";
        });
    final RunningCoroutine<String> other =
        Actors.coroutine(() -> {
          inAction =
              consume(
                  out -> {
                    second = Coroutine.current();
                    out.emit(item);
                  },
                  next -> Actors.never());
          return "";
        });

    @Actor
    public void consumer(LL_Result r) {
      Actors.run(first);
      Actors.run(other);
      r.r1 = inBody;
      r.r2 = inAction;
    }

    @Actor
    public void canceller() {
      Actors.take(() -> inner);
      first.cancel();
      sent = true;
      Actors.take(() -> second);
      other.cancel();
    }
  }
}
