package io.bridge.stress;

import io.bridge.Publishers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/**
 * Steps that read and write bytes (I4). What is read is what was written, from the beginning and
 * without a gap; the end comes behind the last byte; a buffer that was not read is given up.
 */
final class ByteStreams {

  /** What a writer fails with. */
  static final String FAILED = "the writer fails";

  /** More than one of the library's chunks. */
  private static final int MOST_BYTES = 40_000;

  private static final long UNKNOWN = -1;

  /** A part of a source: its first byte, and how many. */
  private record Part(Item item, long place, int size) {}

  private final Program program;
  private final Ledger ledger;

  ByteStreams(Program program) {
    this.program = program;
    this.ledger = program.ledger;
  }

  /** Reads what a hostile source sends. */
  void step() throws Exception {
    if (program.random.nextBoolean()) {
      readBuffers();
    } else {
      readLists();
    }
  }

  /** The parts of one source in the order of their making. */
  private static final class Parts {

    private final Queue<Part> made = new ConcurrentLinkedQueue<>();

    // the thread that has the source's turn
    private long end;
    private int number;

    /**
     * Has room for some bytes; for none sometimes, and then nobody can tell whether it was read.
     */
    Part next(Item item) {
      int size = (int) (end * 7 % 23) + number++ % 5;
      if (size == 0) {
        item.excuse();
      }
      Part part = new Part(item, end, size);
      end += size;
      made.add(part);
      return part;
    }

    /** Those of which a byte was read were received. */
    void receive(long read) {
      for (Part part : made) {
        if (part.size > 0 && part.place < read) {
          part.item.receive();
        }
      }
    }

    long bytesOf(int parts) {
      return made.stream().limit(parts).mapToLong(Part::size).sum();
    }
  }

  private void readBuffers() throws Exception {
    Parts parts = new Parts();
    HostileSource<ByteBuffer> source =
        program.source(
            true,
            item -> {
              Part part = parts.next(item);
              long number = ledger.nextBuffer.incrementAndGet();
              ledger.buffers.put(number, item);
              return Chunk.buffer(number, part.place, part.size);
            });
    try (InputStream in = Publishers.asInputStream(source)) {
      readAndSettle(in, parts, source);
    }
  }

  private void readLists() throws Exception {
    Parts parts = new Parts();
    HostileSource<List<ByteBuffer>> source =
        program.source(
            true,
            item -> {
              Part part = parts.next(item);
              return new Chunk(item, part.place, part.size);
            });
    try (InputStream in = Publishers.asInputStream(FlowAdapters.toFlowPublisher(source))) {
      readAndSettle(in, parts, source);
    }
  }

  private void readAndSettle(InputStream in, Parts parts, HostileSource<?> source)
      throws Exception {
    Reading reading = new Reading(in);
    try {
      reading.run();
      if (reading.atEnd) {
        reading.expectEnd(parts.bytesOf(source.items()));
      }
    } finally {
      parts.receive(reading.place);
    }
  }

  /** Both ends are the library's, and code of this program writes. */
  void writtenAndRead() throws Exception {
    Program inside = program.branch();
    AtomicLong written = new AtomicLong(UNKNOWN);
    Publisher<ByteBuffer> source =
        Publishers.fromOutputStream(out -> written.set(write(inside, out)));
    try (InputStream in = Publishers.asInputStream(source)) {
      Reading reading = new Reading(in);
      reading.run();
      if (reading.atEnd) {
        reading.expectEnd(written.get());
      }
    }
  }

  private static long write(Program inside, OutputStream out) throws Exception {
    inside.ledger.bodies.incrementAndGet();
    try {
      long place = 0;
      int writes = inside.random.nextInt(5);
      for (int i = 0; i < writes; i++) {
        place += write(inside, out, place);
        inside.stepSometimes();
      }
      return place;
    } finally {
      inside.ledger.bodies.decrementAndGet();
    }
  }

  private static long write(Program inside, OutputStream out, long place) throws IOException {
    return switch (inside.random.nextInt(8)) {
      case 0 -> {
        out.write(Chunk.byteAt(place));
        yield 1;
      }
      case 1 -> {
        out.flush();
        yield 0;
      }
      case 2 -> throw new IOException(FAILED);
      default -> {
        boolean many = inside.random.nextInt(8) == 0;
        byte[] bytes = new byte[inside.random.nextInt(many ? MOST_BYTES : 40)];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = Chunk.byteAt(place + i);
        }
        out.write(bytes);
        yield bytes.length;
      }
    };
  }

  /** One loop over a stream: a part of it, or all. */
  private final class Reading {

    private final InputStream in;
    private long place;
    private boolean atEnd;

    Reading(InputStream in) {
      this.in = in;
    }

    void run() throws IOException {
      long most = program.random.nextInt(3) == 0 ? program.random.nextInt(60) : Long.MAX_VALUE;
      if (program.random.nextInt(8) == 0) {
        program.later(() -> close(in));
      }
      byte[] bytes = new byte[1 + program.random.nextInt(50)];
      while (!atEnd && place < most) {
        int read = program.random.nextBoolean() ? one(bytes) : in.read(bytes);
        atEnd = read < 0;
        check(bytes, read);
      }
    }

    private int one(byte[] bytes) throws IOException {
      int read = in.read();
      bytes[0] = (byte) read;
      return read < 0 ? -1 : 1;
    }

    private void check(byte[] bytes, int read) {
      for (int i = 0; i < read; i++) {
        if (bytes[i] != Chunk.byteAt(place)) {
          program.surprise("a wrong byte at " + place);
        }
        place++;
      }
    }

    void expectEnd(long size) {
      if (place != size) {
        program.surprise("the end after " + place + " of " + size + " bytes");
      }
    }
  }

  private static void close(@Nullable InputStream in) {
    try {
      if (in != null) {
        in.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e); // it has no reason
    }
  }
}
