package io.bridge.internal.cursor;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;

/** One thread offers, one polls. */
public class BufferOperations {

  final CursorBuffer<Integer> buffer;

  public BufferOperations() {
    this(CursorBuffer.of(2));
  }

  BufferOperations(CursorBuffer<Integer> buffer) {
    this.buffer = buffer;
  }

  @Operation(nonParallelGroup = "source")
  public boolean offer(@Param(gen = IntGen.class) int item) {
    return buffer.offer(item);
  }

  @Operation(nonParallelGroup = "loop")
  public @Nullable Integer poll() {
    return buffer.poll();
  }

  @Operation(nonParallelGroup = "loop")
  public boolean isEmpty() {
    return buffer.isEmpty();
  }

  /** Without a bound. */
  public static final class Unbounded extends BufferOperations {

    public Unbounded() {
      super(CursorBuffer.of(Integer.MAX_VALUE));
    }
  }
}
