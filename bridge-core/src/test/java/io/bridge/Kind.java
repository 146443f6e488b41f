package io.bridge;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/** Every await of a publisher, with what the table of contract section 2 says of it. */
@SuppressWarnings("ImmutableEnumChecker") // strings, lists of strings and classes
enum Kind {
  AWAIT(Long.MAX_VALUE, null, "a", IllegalArgumentException.class) {
    @Override
    @Nullable Object of(Publisher<String> source) {
      return Await.await(source);
    }

    @Override
    @Nullable Object of(Flow.Publisher<String> source) {
      return Await.await(source);
    }
  },
  SINGLE(
      Long.MAX_VALUE, java.util.NoSuchElementException.class, "a", IllegalArgumentException.class) {
    @Override
    Object of(Publisher<String> source) {
      return Await.awaitSingle(source);
    }

    @Override
    Object of(Flow.Publisher<String> source) {
      return Await.awaitSingle(source);
    }
  },
  OPTIONAL(Long.MAX_VALUE, Optional.empty(), Optional.of("a"), IllegalArgumentException.class) {
    @Override
    Object of(Publisher<String> source) {
      return Await.awaitOptional(source);
    }

    @Override
    Object of(Flow.Publisher<String> source) {
      return Await.awaitOptional(source);
    }
  },
  FIRST(1, java.util.NoSuchElementException.class, "a", "a") {
    @Override
    Object of(Publisher<String> source) {
      return Await.awaitFirst(source);
    }

    @Override
    Object of(Flow.Publisher<String> source) {
      return Await.awaitFirst(source);
    }
  },
  FIRST_OR_NULL(1, null, "a", "a") {
    @Override
    @Nullable Object of(Publisher<String> source) {
      return Await.awaitFirstOrNull(source);
    }

    @Override
    @Nullable Object of(Flow.Publisher<String> source) {
      return Await.awaitFirstOrNull(source);
    }
  },
  FIRST_OR_ELSE(1, "else", "a", "a") {
    @Override
    Object of(Publisher<String> source) {
      return Await.awaitFirstOrElse(source, () -> "else");
    }

    @Override
    Object of(Flow.Publisher<String> source) {
      return Await.awaitFirstOrElse(source, () -> "else");
    }
  },
  LAST(Long.MAX_VALUE, java.util.NoSuchElementException.class, "a", "c") {
    @Override
    Object of(Publisher<String> source) {
      return Await.awaitLast(source);
    }

    @Override
    Object of(Flow.Publisher<String> source) {
      return Await.awaitLast(source);
    }
  },
  LAST_OR_NULL(Long.MAX_VALUE, null, "a", "c") {
    @Override
    @Nullable Object of(Publisher<String> source) {
      return Await.awaitLastOrNull(source);
    }

    @Override
    @Nullable Object of(Flow.Publisher<String> source) {
      return Await.awaitLastOrNull(source);
    }
  },
  LIST(Long.MAX_VALUE, List.of(), List.of("a"), List.of("a", "b", "c")) {
    @Override
    Object of(Publisher<String> source) {
      return Await.awaitList(source);
    }

    @Override
    Object of(Flow.Publisher<String> source) {
      return Await.awaitList(source);
    }
  },
  COLLECT(Long.MAX_VALUE, "", "a", "abc") {
    @Override
    Object of(Publisher<String> source) {
      return Await.awaitCollect(source, Collectors.joining());
    }

    @Override
    Object of(Flow.Publisher<String> source) {
      return Await.awaitCollect(source, Collectors.joining());
    }
  },
  COMPLETION(Long.MAX_VALUE, null, null, null) {
    @Override
    @Nullable Object of(Publisher<String> source) {
      Await.awaitCompletion(source);
      return null;
    }

    @Override
    @Nullable Object of(Flow.Publisher<String> source) {
      Await.awaitCompletion(source);
      return null;
    }
  };

  /** What is requested. */
  final long demand;

  /** The value, or the class of the exception, for no item, for "a", and for "a", "b", "c". */
  final @Nullable Object ofEmpty;

  final @Nullable Object ofOne;
  final @Nullable Object ofMany;

  Kind(long demand, @Nullable Object ofEmpty, @Nullable Object ofOne, @Nullable Object ofMany) {
    this.demand = demand;
    this.ofEmpty = ofEmpty;
    this.ofOne = ofOne;
    this.ofMany = ofMany;
  }

  abstract @Nullable Object of(Publisher<String> source);

  abstract @Nullable Object of(Flow.Publisher<String> source);

  final @Nullable Object ofFlow(Publisher<String> source) {
    return of(FlowAdapters.toFlowPublisher(source));
  }

  /** Whether it cancels after its first item instead of awaiting the end. */
  final boolean cutsOff() {
    return demand == 1;
  }

  /** Whether a second item is an error. */
  final boolean isOne() {
    return ofMany == IllegalArgumentException.class;
  }

  /** The value or the class of what was thrown, comparable with the three above. */
  static @Nullable Object outcome(java.util.concurrent.Callable<@Nullable Object> await) {
    try {
      return await.call();
    } catch (Throwable t) {
      return t.getClass();
    }
  }
}
