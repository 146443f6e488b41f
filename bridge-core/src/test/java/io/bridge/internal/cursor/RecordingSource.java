package io.bridge.internal.cursor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what an iteration asks of its source. */
final class RecordingSource implements Iteration.Source {
  final List<Long> requests = new ArrayList<>();
  final List<String> calls = new ArrayList<>();
  final List<Throwable> lost = new ArrayList<>();

  @Override
  public void request(long items) {
    requests.add(items);
  }

  @Override
  public void stop() {
    calls.add("stop");
  }

  @Override
  public void completed() {
    calls.add("completed");
  }

  @Override
  public void discard(@Nullable Object item) {
    calls.add("given up " + item);
  }

  @Override
  public void reportLost(Throwable failure) {
    lost.add(failure);
  }
}
