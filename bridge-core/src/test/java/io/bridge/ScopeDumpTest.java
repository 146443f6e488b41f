package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.ThreadDump;
import io.bridge.fixtures.ThreadDump.Listed;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("S10 a thread dump")
@Timeout(60)
class ScopeDumpTest {

  private final Probe<String> never = new Probe<>();

  /** Bodies that say which thread they are on, and wait until they are cancelled. */
  private final class Waiting {

    final Set<Long> ids = ConcurrentHashMap.newKeySet();

    String call() {
      ids.add(Thread.currentThread().threadId());
      return Await.awaitSingle(never);
    }

    Long[] awaitIds(int count) {
      Eventually.until(count + " bodies run", () -> ids.size() == count);
      return ids.toArray(Long[]::new);
    }
  }

  /** Who makes the dump. */
  enum By {
    THE_PROCESS {
      @Override
      ThreadDump dump() {
        return ThreadDump.now();
      }
    },
    JCMD {
      @Override
      ThreadDump dump() {
        assumeTrue(Files.isExecutable(ThreadDump.jcmd()), "no jcmd in this runtime");
        return ThreadDump.byJcmd();
      }
    };

    abstract ThreadDump dump();
  }

  private static CoroutineScope<@Nullable String, @Nullable Void> open(String name) {
    return CoroutineScope.open(Joiner.awaitAll(), config -> config.withName(name));
  }

  /** The group that lists the threads with these ids and no other. */
  private static String groupOf(ThreadDump dump, Long... ids) {
    String group = dump.thread(ids[0]).group();
    assertThat(dump.group(group)).extracting(Listed::id).containsExactlyInAnyOrder(ids);
    return group;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("lists a scope's coroutines as one group, each with the scope's name")
  void scope_isGroup(By by) {
    Waiting first = new Waiting();
    Waiting second = new Waiting();
    try (var orders = open("orders");
        var others = open("orders")) {
      for (int i = 0; i < 3; i++) {
        orders.fork(first::call);
        others.fork(second::call);
      }
      Long[] idsOfFirst = first.awaitIds(3);
      Long[] idsOfSecond = second.awaitIds(3);

      ThreadDump dump = by.dump();

      String group = groupOf(dump, idsOfFirst);
      assertThat(dump.group(group)).extracting(Listed::name).containsOnly("orders");
      assertThat(groupOf(dump, idsOfSecond)).as("a scope of the same name").isNotEqualTo(group);
    }
  }

  @Test
  @DisplayName("lists the coroutines of a scope without a name beside all others, by the kind")
  void withoutName_noGroup() {
    Waiting waiting = new Waiting();
    try (CoroutineScope<@Nullable String, @Nullable Void> scope = CoroutineScope.open()) {
      scope.fork(waiting::call);
      scope.fork(waiting::call);
      Long[] ids = waiting.awaitIds(2);

      ThreadDump dump = ThreadDump.now();

      for (long id : ids) {
        assertThat(dump.thread(id).name()).isEqualTo("bridge-scope");
        assertThat(dump.thread(id).group()).isEqualTo(ThreadDump.ROOT);
      }
      scope.cancel();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("lists coroutines without a scope by the name of what started them")
  void builder_isNamed(By by) {
    Waiting started = new Waiting();
    Waiting built = new Waiting();
    Coroutine<?> coroutine = Coroutine.start(() -> started.call());
    Drain drain = new Drain(1);
    Publishers.<String>publisher(emitter -> built.call()).subscribe(drain);
    try {
      long ofStart = started.awaitIds(1)[0];
      long ofBuilder = built.awaitIds(1)[0];

      ThreadDump dump = by.dump();

      assertThat(dump.thread(ofStart).name()).isEqualTo("bridge-coroutine");
      assertThat(dump.thread(ofBuilder).name()).isEqualTo("bridge-publisher");
      assertThat(List.of(dump.thread(ofStart), dump.thread(ofBuilder)))
          .extracting(Listed::group)
          .containsOnly(ThreadDump.ROOT);
    } finally {
      coroutine.cancel();
      drain.cancel();
    }
  }

  @Test
  @DisplayName("lists no nesting: the group of an inner scope stands beside that of the outer")
  void nested_groupsSideBySide() {
    Waiting inner = new Waiting();
    Waiting outer = new Waiting();
    try (var scope = open("outer")) {
      scope.fork(() -> {
        try (var own = open("inner")) {
          own.fork(inner::call);
          return outer.call();
        }
      });
      Long[] ofInner = inner.awaitIds(1);
      Long[] ofOuter = outer.awaitIds(1);

      ThreadDump dump = ThreadDump.now();

      assertThat(dump.thread(ofInner[0]).name()).isEqualTo("inner");
      assertThat(dump.parents())
          .containsEntry(groupOf(dump, ofInner), ThreadDump.ROOT)
          .containsEntry(groupOf(dump, ofOuter), ThreadDump.ROOT);
    }
  }

  @Test
  @DisplayName("lists platform threads of a scope's own factory as its group, by their own names")
  void ownFactory_isGroup() {
    Waiting waiting = new Waiting();
    try (CoroutineScope<@Nullable String, @Nullable Void> scope =
        CoroutineScope.open(
            Joiner.awaitAll(),
            config ->
                config.withThreadFactory(
                    Thread.ofPlatform().daemon().name("worker-", 0).factory()))) {
      scope.fork(waiting::call);
      scope.fork(waiting::call);
      Long[] ids = waiting.awaitIds(2);

      ThreadDump dump = ThreadDump.now();

      assertThat(dump.group(groupOf(dump, ids)))
          .extracting(Listed::name)
          .containsExactlyInAnyOrder("worker-0", "worker-1");
    }
  }

  @Test
  @DisplayName("lists no group of a scope that is closed, or has forked nothing")
  void closed_noGroup() {
    Waiting waiting = new Waiting();
    String group;
    try (var scope = open("orders")) {
      Set<String> before = ThreadDump.now().parents().keySet();
      try (var empty = open("empty")) {
        Set<String> groups = ThreadDump.now().parents().keySet();
        groups.removeAll(before);
        assertThat(groups).as(empty.toString()).noneMatch(name -> name.contains("PerTask"));
      }
      scope.fork(waiting::call);
      group = groupOf(ThreadDump.now(), waiting.awaitIds(1));
    }
    Eventually.until(
        "the group is forgotten", () -> !ThreadDump.now().parents().containsKey(group));
  }

  @Test
  @DisplayName("S3 lists a straggler by the id and the name that its report has")
  void straggler_reportNamesThread() {
    AtomicBoolean released = new AtomicBoolean();
    Set<Long> ids = ConcurrentHashMap.newKeySet();
    try (Undelivered reports = new Undelivered()) {
      Fork<String> closing =
          Fork.virtual(() -> {
            try (var scope =
                CoroutineScope.open(
                    Joiner.awaitAll(),
                    config -> config.withName("orders").withStragglerReport(Duration.ZERO))) {
              scope.fork(() -> takeNoNotice(ids, released));
              Eventually.until("the body runs", () -> !ids.isEmpty());
            }
          });
      Eventually.until("a report", () -> !reports.failures().isEmpty());
      long id = ids.iterator().next();
      Listed straggler = ThreadDump.now().thread(id);
      released.set(true);
      closing.join();

      assertThat(straggler.name()).isEqualTo("orders");
      assertThat(reports.failures()).hasSize(1);
      assertThat(reports.failures().get(0)).hasMessageContaining("#" + id + ",orders");
      assertThat(reports.failures().get(0).getStackTrace())
          .anyMatch(frame -> frame.getMethodName().equals("takeNoNotice"));
    }
  }

  private static void takeNoNotice(Set<Long> ids, AtomicBoolean released) {
    ids.add(Thread.currentThread().threadId());
    while (!released.get()) {
      boolean unused = Thread.interrupted();
      LockSupport.parkNanos(1_000_000);
    }
  }
}
