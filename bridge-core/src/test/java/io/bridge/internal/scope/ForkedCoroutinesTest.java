package io.bridge.internal.scope;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bridge.fixtures.Eventually;
import io.bridge.internal.coroutine.RunningCoroutine;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName(
    "S3 the coroutines of a scope: none is missed by who cancels, none is kept that has left")
@Timeout(120)
class ForkedCoroutinesTest {

  private static final int MANY = 500;

  private final RunningScope<Integer, @Nullable Void> scope =
      (RunningScope<Integer, @Nullable Void>)
          RunningScope.<Integer>background(ScopeConfig.of(config -> config));
  private final ForkedCoroutines siblings = new ForkedCoroutines();

  private RunningCoroutine<Integer> coroutine() {
    return coroutine("brief");
  }

  private RunningCoroutine<Integer> coroutine(String name) {
    return RunningCoroutine.forked(name, () -> 1, scope);
  }

  private List<ForkedCoroutines.Link> added(int count) {
    List<ForkedCoroutines.Link> links = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      links.add(siblings.add(coroutine()));
    }
    return links;
  }

  private static int sizeOf(ForkedCoroutines siblings) {
    int size = 0;
    for (RunningCoroutine<?> present : siblings) {
      assertThat(present).isNotNull();
      size++;
    }
    return size;
  }

  @Test
  @DisplayName("S3 lists the newest first, without those that have left")
  void listed() {
    RunningCoroutine<Integer> oldest = coroutine();
    RunningCoroutine<Integer> middle = coroutine();
    RunningCoroutine<Integer> newest = coroutine();
    siblings.add(oldest);
    ForkedCoroutines.Link ofMiddle = siblings.add(middle);
    ForkedCoroutines.Link ofNewest = siblings.add(newest);
    assertThat(siblings).containsExactly(newest, middle, oldest);
    ForkedCoroutines.leave(ofMiddle);
    assertThat(siblings).containsExactly(newest, oldest);
    ForkedCoroutines.leave(ofNewest);
    assertThat(siblings).containsExactly(oldest);
  }

  @Test
  @DisplayName("an iterator ends as the JDK's do")
  void iterator_ends() {
    assertThat(siblings).isEmpty();
    Iterator<RunningCoroutine<?>> none = siblings.iterator();
    assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(none::next);
  }

  @Test
  @DisplayName(
      "S3 a sweep leaves those that are there, in their order, and is due again only later")
  void swept() {
    List<ForkedCoroutines.Link> links = added(MANY);
    RunningCoroutine<Integer> stays = coroutine();
    ForkedCoroutines.Link of = siblings.add(stays);
    List<ForkedCoroutines.Link> newer = added(MANY);
    assertThat(siblings.isSparse(2L * MANY + 1)).isFalse();
    links.forEach(ForkedCoroutines::leave);
    newer.forEach(ForkedCoroutines::leave);
    assertThat(siblings.isSparse(1)).isTrue();
    assertThat(siblings.sweep()).isTrue();
    assertThat(siblings.isSparse(1)).isFalse();
    assertThat(siblings).containsExactly(stays);
    ForkedCoroutines.leave(of);
    assertThat(siblings).isEmpty();
    added(MANY);
    assertThat(siblings.isSparse(MANY)).isFalse();
    assertThat(sizeOf(siblings)).isEqualTo(MANY);
  }

  @Test
  @DisplayName("A13 S3 links at the old end are cut out, too")
  void swept_oldestIsNotKept() {
    WeakReference<ForkedCoroutines.Link> oldest = new WeakReference<>(siblings.add(coroutine()));
    ForkedCoroutines.leave(requireNonNull(oldest.get()));
    RunningCoroutine<Integer> stays = coroutine();
    siblings.add(stays);
    assertThat(siblings.sweep()).isTrue();
    Eventually.until(
        "it is collected",
        () -> {
          System.gc();
          return oldest.refersTo(null);
        });
    assertThat(siblings).containsExactly(stays);
  }

  @Test
  @DisplayName("S3 who stands on a link that is cut out meets all that are older")
  void cutOutUnderAnIterator() {
    RunningCoroutine<Integer> oldest = coroutine();
    siblings.add(oldest);
    List<ForkedCoroutines.Link> leaving = added(2);
    RunningCoroutine<Integer> newest = coroutine();
    siblings.add(newest);
    Iterator<RunningCoroutine<?>> standing = siblings.iterator();
    assertThat(standing.next()).isSameAs(newest);
    standing.next(); // the next one to look at is the older of those that leave
    leaving.forEach(ForkedCoroutines::leave);
    assertThat(siblings.sweep()).isTrue();
    assertThat(standing).toIterable().containsExactly(oldest);
    assertThat(siblings).containsExactly(newest, oldest);
  }

  @Test
  @DisplayName("S3 a scope that lives long keeps nothing of the coroutines that have ended")
  void memory() {
    ScopeCoroutines coroutines = new ScopeCoroutines(ScopeConfig.of(config -> config));
    coroutines.enter();
    coroutines.add(coroutine());
    List<WeakReference<ForkedCoroutines.Link>> links = new ArrayList<>();
    List<WeakReference<RunningCoroutine<?>>> ended = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      RunningCoroutine<Integer> brief = coroutine();
      coroutines.enter();
      coroutines.add(brief);
      links.add(new WeakReference<>((ForkedCoroutines.Link) brief.place));
      ended.add(new WeakReference<>(brief));
      coroutines.exit(brief);
    }
    Eventually.until(
        "they are gone",
        () -> {
          System.gc();
          return ended.stream().allMatch(reference -> reference.get() == null)
              && links.stream().filter(reference -> reference.get() != null).count() < 100;
        });
    assertThat(coroutines.isIdle()).isFalse();
  }

  @Test
  @DisplayName("S3 race: adding, leaving and looking; who stays is met by every look")
  void race() throws InterruptedException {
    ScopeCoroutines coroutines = new ScopeCoroutines(ScopeConfig.of(config -> config));
    int threads = 3;
    AtomicInteger missed = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      String name = "stays-" + t;
      Thread.ofPlatform()
          .start(() -> {
            for (int round = 0; round < 40; round++) {
              RunningCoroutine<Integer> stays = coroutine(name);
              coroutines.enter();
              coroutines.add(stays);
              for (int i = 0; i < MANY; i++) {
                RunningCoroutine<Integer> brief = coroutine();
                coroutines.enter();
                coroutines.add(brief);
                coroutines.exit(brief);
                if (i % 10 == 0 && !coroutines.toString().contains(name)) {
                  missed.getAndIncrement();
                }
              }
              coroutines.exit(stays);
            }
            done.countDown();
          });
    }
    done.await();
    assertThat(missed).hasValue(0);
    assertThat(coroutines.isIdle()).isTrue();
    assertThat(coroutines).hasToString("running: ");
  }
}
