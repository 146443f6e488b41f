package io.bridge.stress;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bridge.Registration;
import io.bridge.internal.await.ConversionSink;
import io.bridge.internal.cursor.BufferOperations;
import io.bridge.internal.failure.Registrations;
import io.bridge.internal.scope.CountOperations;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is linearizable by itself: small random programs, all their interleavings, and stress. */
@DisplayName("A16 I5 S3 linearizability of the ring, a sink's cell, a scope's count, a registry")
class LincheckTest {

  private static final int ITERATIONS = 5;
  private static final int INVOCATIONS = 500;

  @ParameterizedTest
  @ValueSource(
      classes = {
        BufferOperations.class,
        BufferOperations.Unbounded.class,
        Cell.class,
        CountOperations.class,
        Entries.class
      })
  @DisplayName("under every interleaving")
  void modelChecked(Class<?> structure) {
    checkModel(structure);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        BufferOperations.class,
        BufferOperations.Unbounded.class,
        Cell.class,
        CountOperations.class,
        Entries.class
      })
  @DisplayName("on the hardware's own interleavings")
  void stressed(Class<?> structure) {
    new StressOptions()
        .threads(2)
        .actorsPerThread(3)
        .iterations(ITERATIONS)
        .invocationsPerIteration(INVOCATIONS)
        .check(structure);
  }

  @ParameterizedTest
  @ValueSource(classes = Torn.class)
  @DisplayName("a structure that is not linearizable is found out")
  void found(Class<?> structure) {
    assertThrows(AssertionError.class, () -> checkModel(structure));
  }

  private static void checkModel(Class<?> structure) {
    new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(3)
        .iterations(ITERATIONS)
        .invocationsPerIteration(INVOCATIONS)
        .check(structure);
  }

  /** One outcome or a cancel. */
  public static class Cell {

    private final Sink sink = new Sink();

    @Operation
    public boolean receive(@Param(gen = IntGen.class) int value) {
      return sink.receive(value);
    }

    @Operation
    public boolean receiveFailure() {
      return sink.receiveFailure(new IllegalStateException());
    }

    @Operation
    public void cancel() {
      sink.cancel();
    }

    @Operation
    public boolean hasEnded() {
      return sink.cancelIfRequested();
    }
  }

  private static final class Sink extends ConversionSink<Integer> {

    @Override
    protected boolean succeeded(Integer value) {
      return true;
    }

    @Override
    protected boolean failed(Throwable failure) {
      return true;
    }
  }

  /** What users have registered. */
  public static class Entries {

    private final Registrations<Integer> registry = new Registrations<>();
    private final Registration first = registry.add(0);

    @Operation
    public void add(@Param(gen = IntGen.class) int entry) {
      var unused = registry.add(entry);
    }

    @Operation
    public void removeFirst() {
      first.close();
    }

    @Operation
    public List<Integer> entries() {
      List<Integer> entries = new ArrayList<>();
      registry.forEach(entries::add);
      return entries;
    }

    @Operation
    public boolean isEmpty() {
      return registry.isEmpty();
    }
  }

  /** A count that is read and written in two steps. */
  public static class Torn {

    private int count;

    @Operation
    public int increment() {
      return ++count;
    }
  }
}
