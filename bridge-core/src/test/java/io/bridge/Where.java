package io.bridge;

import io.bridge.fixtures.Fork;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The kinds of plain thread that may await. */
enum Where {
  VIRTUAL {
    @Override
    <T extends @Nullable Object> Fork<T> fork(Callable<T> code) {
      return Fork.virtual(code);
    }
  },
  PLATFORM {
    @Override
    <T extends @Nullable Object> Fork<T> fork(Callable<T> code) {
      return Fork.platform(code);
    }
  };

  abstract <T extends @Nullable Object> Fork<T> fork(Callable<T> code);
}
