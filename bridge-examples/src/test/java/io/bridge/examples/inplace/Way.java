package io.bridge.examples.inplace;

import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;

import io.bridge.Body;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** A way to await a body: in place, or on a thread of its own. */
enum Way {
  MONO(true, "bridge-mono") {
    @Override
    <T> T call(Body<T, Exception> body) {
      return present(await(mono(nullable(body))));
    }
  },
  SINGLE(true, "bridge-single") {
    @Override
    <T> T call(Body<T, Exception> body) {
      return await(single(body));
    }
  },
  MAYBE(true, "bridge-maybe") {
    @Override
    <T> T call(Body<T, Exception> body) {
      return present(await(maybe(nullable(body))));
    }
  },
  COMPLETABLE(true, "bridge-completable") {
    @Override
    <T> T call(Body<T, Exception> body) {
      AtomicReference<@Nullable T> value = new AtomicReference<>();
      await(completable(() -> value.set(body.call())));
      return present(value.get());
    }
  },
  MONO_ON_SCHEDULER(false, "bridge-mono") {
    @Override
    <T> T call(Body<T, Exception> body) {
      return present(await(mono(SIGNALS, nullable(body))));
    }
  },
  SINGLE_ON_SCHEDULER(false, "bridge-single") {
    @Override
    <T> T call(Body<T, Exception> body) {
      return await(single(io.reactivex.rxjava3.schedulers.Schedulers.io(), body));
    }
  };

  private static final Scheduler SIGNALS = Schedulers.immediate();

  final boolean inPlace;
  final String body;

  Way(boolean inPlace, String body) {
    this.inPlace = inPlace;
    this.body = body;
  }

  /** Awaits what a builder makes of {@code body}, which returns a value. */
  abstract <T> T call(Body<T, Exception> body);

  private static <T> Body<@Nullable T, Exception> nullable(Body<T, Exception> body) {
    return () -> body.call();
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("empty");
    }
    return value;
  }
}
