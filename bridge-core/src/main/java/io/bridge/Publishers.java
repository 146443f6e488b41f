package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.EmitterSubscription;
import java.util.concurrent.Flow;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/**
 * Publishers without a library: imperative code as a Reactive Streams or JDK publisher.
 *
 * @since 0.1.0
 */
public final class Publishers {

  private Publishers() {}

  /**
   * Makes a cold publisher of imperative code: each subscriber gets a run of its own on a virtual
   * thread of its own, nothing runs before it subscribes.
   *
   * <pre>{@code
   * Publisher<String> lines = Publishers.publisher(emitter -> {
   *   for (String line = in.readLine(); line != null; line = in.readLine()) {
   *     emitter.emit(line);
   *   }
   * });
   * }</pre>
   *
   * <p><b>Cancellation:</b> a cancelled subscription cancels the body's coroutine and interrupts
   * what blocks in it; see {@linkplain io.bridge the package}.
   *
   * <p><b>Errors:</b> what the body throws is the stream's failure, an {@link Error} too; after a
   * cancellation it goes to {@link Undeliverable}. A request of less than one item fails the stream
   * with an {@link IllegalArgumentException} (RS 3.9).
   *
   * <p><b>Memory:</b> nothing is buffered: {@link Emitter#emit} waits for demand.
   *
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Publisher<T> publisher(Emitter.Body<T> body) {
    requireNonNull(body, "body");
    return subscriber ->
        EmitterSubscription.subscribe("bridge-publisher", body, subscriber, Undeliverable::report);
  }

  /**
   * Makes a cold JDK publisher of imperative code; see {@link #publisher}.
   *
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the publisher
   */
  public static <T> Flow.Publisher<T> flowPublisher(Emitter.Body<T> body) {
    return FlowAdapters.toFlowPublisher(publisher(body));
  }
}
