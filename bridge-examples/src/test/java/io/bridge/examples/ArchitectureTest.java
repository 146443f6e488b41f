package io.bridge.examples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import io.bridge.Await;
import io.bridge.completablefuture.CompletableFutureBridge;
import io.bridge.reactor.ReactorBridge;
import io.bridge.rxjava.RxJavaBridge;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How the published modules are built, as far as class files tell. */
class ArchitectureTest {

  private static final String[] CORE = {"io.bridge", "io.bridge.internal.."};
  private static final String[] ADAPTERS = {
    "io.bridge.reactor..", "io.bridge.rxjava..", "io.bridge.completablefuture.."
  };
  private static final Set<String> EXPORTED =
      Set.of("io.bridge", "io.bridge.reactor", "io.bridge.rxjava", "io.bridge.completablefuture");

  /** The JDK's means to wait in; a rule each, since ArchUnit passes "no A or B" where one holds. */
  private static final Set<String> WAITING =
      Set.of(
          "BlockingQueue",
          "Condition",
          "CountDownLatch",
          "CyclicBarrier",
          "Exchanger",
          "Executors",
          "Phaser",
          "ReentrantLock",
          "Semaphore",
          "ThreadPoolExecutor");

  private static final List<Class<?>> FACADES =
      List.of(Await.class, ReactorBridge.class, RxJavaBridge.class, CompletableFutureBridge.class);

  static final JavaClasses PUBLISHED = published();

  @Test
  @DisplayName("an adapter does not wait, start threads or interrupt")
  void adaptersOnlyTranslate() {
    GivenClassesConjunction adapters = noClasses().that().resideInAnyPackage(ADAPTERS);
    adapters.should().callCodeUnitWhere(parks()).check(PUBLISHED);
    adapters.should().callCodeUnitWhere(startsThread()).check(PUBLISHED);
    adapters
        .should()
        .callCodeUnitWhere(calls(Thread.class, "ofPlatform", "interrupt", "sleep", "join"))
        .check(PUBLISHED);
    adapters.should().callCodeUnitWhere(calls(Object.class, "wait")).check(PUBLISHED);
    adapters
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.util.concurrent..")
                .and(describe("wait", type -> WAITING.contains(type.getSimpleName()))))
        .check(PUBLISHED);
  }

  @Test
  @DisplayName("one park loop: beside it, only the interrupt window and the timer thread park")
  void onePark() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.bridge.internal.cancel.ParkLoop")
        .and()
        .doNotHaveFullyQualifiedName("io.bridge.internal.cancel.InterruptWindow")
        .and()
        .doNotHaveFullyQualifiedName("io.bridge.internal.cancel.Timers")
        .should()
        .callCodeUnitWhere(parks())
        .check(PUBLISHED);
  }

  @Test
  @DisplayName("one thread start, and that of looks; the timers have a daemon of their own (T3)")
  void oneStart() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.bridge.internal.cancel.CoroutineThreads")
        .and()
        .doNotHaveFullyQualifiedName("io.bridge.internal.failure.ForeignLook$Lookers")
        .and()
        .doNotHaveFullyQualifiedName("io.bridge.internal.cancel.Timers")
        .should()
        .callCodeUnitWhere(startsThread())
        .check(PUBLISHED);
    noClasses()
        .that()
        .haveNameNotMatching(
            "io\\.bridge\\.internal\\.(cancel\\.Timers|failure\\.ForeignLook)(\\$.*)?")
        .should()
        .callCodeUnitWhere(calls(Thread.class, "ofPlatform"))
        .check(PUBLISHED);
  }

  @Test
  @DisplayName("A9 one interrupt window: elsewhere a thread raises its own flag only")
  void oneInterrupt() {
    classes()
        .that()
        .doNotHaveFullyQualifiedName("io.bridge.internal.cancel.InterruptWindow")
        .should(interruptItselfOnly())
        .check(PUBLISHED);
  }

  @Test
  @DisplayName("a public type is final, sealed or an interface of one method; Await is extended")
  void publicTypes() {
    List<Class<?>> open =
        PUBLISHED.stream()
            .filter(ArchitectureTest::isApi)
            .<Class<?>>map(JavaClass::reflect)
            .filter(type -> !Modifier.isFinal(type.getModifiers()) && !type.isSealed())
            .filter(type -> !type.isInterface() || abstractMethods(type) > 1)
            .toList();
    // TimeSource: a test binds a clock of its own, which is two methods
    // Carrier: the two ends of taking a thread's state along (C3)
    assertThat(open)
        .extracting(Class::getName)
        .containsExactlyInAnyOrder(
            "io.bridge.Await", "io.bridge.CoroutineContext$Carrier", "io.bridge.TimeSource");
  }

  @Test
  @DisplayName("nothing is exported but the concepts, and the hooks to the three adapters")
  void exports() throws URISyntaxException {
    Map<String, Set<String>> ofCore = exportsOf(Await.class);
    assertThat(ofCore).containsEntry("io.bridge", Set.of());
    ofCore.remove("io.bridge");
    assertThat(ofCore)
        .allSatisfy((room, targets) -> {
          assertThat(room).startsWith("io.bridge.internal.");
          assertThat(targets)
              .containsExactlyInAnyOrder(
                  "io.bridge.reactor", "io.bridge.rxjava", "io.bridge.completablefuture");
        });
    assertThat(exportsOf(ReactorBridge.class)).isEqualTo(Map.of("io.bridge.reactor", Set.of()));
    assertThat(exportsOf(RxJavaBridge.class)).isEqualTo(Map.of("io.bridge.rxjava", Set.of()));
    assertThat(exportsOf(CompletableFutureBridge.class))
        .isEqualTo(Map.of("io.bridge.completablefuture", Set.of()));
  }

  @Test
  @DisplayName("no public signature mentions an internal type, of ours or of another library")
  void signatures() {
    methods()
        .that()
        .areDeclaredInClassesThat(describe("are API", ArchitectureTest::isApi))
        .and(
            describe(
                "are public or protected",
                method ->
                    method.getModifiers().contains(JavaModifier.PUBLIC)
                        || method.getModifiers().contains(JavaModifier.PROTECTED)))
        .should(
            new ArchCondition<>("involve no internal type") {
              @Override
              public void check(JavaMethod method, ConditionEvents events) {
                method.getAllInvolvedRawTypes().stream()
                    .filter(type -> type.getPackageName().contains("internal"))
                    .forEach(type ->
                        events.add(
                            SimpleConditionEvent.violated(
                                method, method.getFullName() + " involves " + type.getName())));
              }
            })
        .check(PUBLISHED);
  }

  @Test
  @DisplayName("core knows Reactive Streams and the JDK, an adapter its own library too")
  void libraries() {
    onlyDependsOn(CORE);
    onlyDependsOn(new String[] {"io.bridge.reactor.."}, "reactor..", "io.micrometer.context");
    onlyDependsOn(new String[] {"io.bridge.rxjava.."}, "io.reactivex.rxjava3..");
    onlyDependsOn(new String[] {"io.bridge.completablefuture.."});
  }

  private static void onlyDependsOn(String[] packages, String... libraries) {
    classes()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(packages)
                .or(resideInAnyPackage(CORE))
                .or(resideInAnyPackage("java..", "org.reactivestreams", "org.jspecify.annotations"))
                .or(resideInAnyPackage(libraries)))
        .check(PUBLISHED);
  }

  /** By name from the class path: of two files with the same name it is the first that runs. */
  private static JavaClasses published() {
    ClassLoader loader = requireNonNull(ArchitectureTest.class.getClassLoader());
    List<URL> files =
        new ClassFileImporter()
            .importPackages(EXPORTED).stream()
                .map(JavaClass::getName)
                .filter(name -> !name.matches("io\\.bridge\\.(examples|fixtures)\\..*"))
                .distinct()
                .map(name -> requireNonNull(loader.getResource(name.replace('.', '/') + ".class")))
                .toList();
    JavaClasses found = new ClassFileImporter().importUrls(files);
    for (Class<?> facade : FACADES) {
      assertThat(found.contain(facade)).as(facade.getName()).isTrue();
    }
    return found;
  }

  private static boolean isApi(JavaClass type) {
    return EXPORTED.contains(type.getPackageName())
        && type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isApi).orElse(true);
  }

  private static long abstractMethods(Class<?> type) {
    return Arrays.stream(type.getMethods())
        .filter(method -> Modifier.isAbstract(method.getModifiers()))
        .map(method -> method.getName() + Arrays.toString(method.getParameterTypes()))
        .distinct()
        .count();
  }

  private static Map<String, Set<String>> exportsOf(Class<?> facade) throws URISyntaxException {
    Path classes = Path.of(facade.getProtectionDomain().getCodeSource().getLocation().toURI());
    ModuleDescriptor module = ModuleFinder.of(classes).findAll().iterator().next().descriptor();
    return module.exports().stream()
        .collect(
            Collectors.toMap(ModuleDescriptor.Exports::source, ModuleDescriptor.Exports::targets));
  }

  private static DescribedPredicate<JavaCall<?>> parks() {
    return calls(LockSupport.class, "park", "parkNanos", "parkUntil");
  }

  private static DescribedPredicate<JavaCall<?>> startsThread() {
    return calls(Thread.class, "start", "startVirtualThread", "ofVirtual", "<init>");
  }

  private static DescribedPredicate<JavaCall<?>> calls(Class<?> owner, String... names) {
    Set<String> all = Set.of(names);
    return describe(
        owner.getSimpleName() + "." + all,
        call -> {
          CodeUnitCallTarget target = call.getTarget();
          return target.getOwner().isAssignableTo(owner)
              && all.contains(target.getName())
              && (owner != Object.class || target.getOwner().isEquivalentTo(Object.class));
        });
  }

  private static ArchCondition<JavaClass> interruptItselfOnly() {
    return new ArchCondition<>("call Thread.currentThread().interrupt() only") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        DescribedPredicate<JavaCall<?>> itself = calls(Thread.class, "currentThread");
        Set<Integer> own =
            type.getCodeUnitCallsFromSelf().stream()
                .filter(itself)
                .map(JavaCall::getLineNumber)
                .collect(Collectors.toSet());
        DescribedPredicate<JavaCall<?>> interrupts = calls(Thread.class, "interrupt");
        type.getCodeUnitCallsFromSelf().stream()
            .filter(interrupts)
            .filter(call -> !own.contains(call.getLineNumber()))
            .forEach(
                call -> events.add(SimpleConditionEvent.violated(call, call.getDescription())));
      }
    };
  }
}
