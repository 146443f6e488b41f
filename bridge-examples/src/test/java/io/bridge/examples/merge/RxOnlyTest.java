package io.bridge.examples.merge;

import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RxOnlyTest {

  @Test
  @DisplayName("section 1: one facade's import brings the core awaits along")
  void oneImport() {
    Single<Integer> sum =
        single(() -> {
          Integer first = await(Flowable.just(1).hide());
          return (first == null ? 0 : first) + awaitSingle(Maybe.just(2));
        });

    assertThat(await(sum)).isEqualTo(3);
  }
}
