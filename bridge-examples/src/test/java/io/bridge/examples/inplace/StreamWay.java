package io.bridge.examples.inplace;

import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;

import io.bridge.Emitter;
import io.bridge.Publishers;
import org.reactivestreams.Publisher;
import reactor.core.scheduler.Schedulers;

/** A builder of a stream whose body is called in place, or on a thread of its own. */
enum StreamWay {
  FLUX(true, "bridge-flux") {
    @Override
    <T> Publisher<T> stream(Emitter.Body<T> body) {
      return flux(body);
    }
  },
  FLOWABLE(true, "bridge-flowable") {
    @Override
    <T> Publisher<T> stream(Emitter.Body<T> body) {
      return flowable(body);
    }
  },
  PUBLISHER(true, "bridge-publisher") {
    @Override
    <T> Publisher<T> stream(Emitter.Body<T> body) {
      return Publishers.publisher(body);
    }
  },
  FLOW(true, "bridge-publisher") {
    @Override
    <T> Publisher<T> stream(Emitter.Body<T> body) {
      return Publishers.toPublisher(Publishers.flowPublisher(body));
    }
  },
  FLUX_ON_SCHEDULER(false, "bridge-flux") {
    @Override
    <T> Publisher<T> stream(Emitter.Body<T> body) {
      return flux(Schedulers.immediate(), body);
    }
  },
  FLOWABLE_ON_SCHEDULER(false, "bridge-flowable") {
    @Override
    <T> Publisher<T> stream(Emitter.Body<T> body) {
      return flowable(io.reactivex.rxjava3.schedulers.Schedulers.trampoline(), body);
    }
  };

  final boolean inPlace;
  final String body;

  StreamWay(boolean inPlace, String body) {
    this.inPlace = inPlace;
    this.body = body;
  }

  /** What the builder makes of {@code body}. */
  abstract <T> Publisher<T> stream(Emitter.Body<T> body);
}
