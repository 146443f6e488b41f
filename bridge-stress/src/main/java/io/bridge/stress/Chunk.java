package io.bridge.stress;

import java.nio.ByteBuffer;
import java.util.AbstractList;
import java.util.List;

/**
 * Bytes at a place of a stream, in up to three buffers, as the JDK's HTTP client gives them; or in
 * one. Each byte follows from its place.
 */
final class Chunk extends AbstractList<ByteBuffer> {

  private static final int HEADER = Long.BYTES;

  private final Item item;
  private final List<ByteBuffer> buffers;

  /** Splits {@code size} bytes from {@code place} on. */
  Chunk(Item item, long place, int size) {
    this.item = item;
    int first = size / 3;
    this.buffers =
        size % 3 == 0
            ? List.of(buffer(0, place, first), buffer(0, place + first, size - first))
            : List.of(buffer(0, place, size));
  }

  /** One buffer, in whose array its number stands before what a reader sees. */
  static ByteBuffer buffer(long number, long place, int size) {
    ByteBuffer buffer = ByteBuffer.allocate(HEADER + size).putLong(number);
    ByteBuffer bytes = buffer.slice();
    for (int i = 0; i < size; i++) {
      bytes.put(i, byteAt(place + i));
    }
    return bytes;
  }

  /** The number in a buffer of {@link #buffer}. */
  static long number(ByteBuffer buffer) {
    return buffer.arrayOffset() < HEADER ? 0 : ByteBuffer.wrap(buffer.array()).getLong();
  }

  static byte byteAt(long place) {
    return (byte) (place * 31 + (place >> 8));
  }

  Item item() {
    return item;
  }

  @Override
  public ByteBuffer get(int index) {
    return buffers.get(index);
  }

  @Override
  public int size() {
    return buffers.size();
  }
}
