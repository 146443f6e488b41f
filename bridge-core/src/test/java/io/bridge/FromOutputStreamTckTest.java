package io.bridge;

import io.bridge.fixtures.Tck;
import java.nio.ByteBuffer;
import org.reactivestreams.Publisher;

/** B1 for {@link Publishers#fromOutputStream}, one item for each flush. */
public class FromOutputStreamTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return new Mapped<>(
        Publishers.fromOutputStream(out -> {
          for (long i = 1; i <= elements; i++) {
            out.write(ByteBuffer.allocate(Long.BYTES).putLong(i).array());
            out.flush();
          }
        }),
        ByteBuffer::getLong);
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return new Mapped<>(
        Publishers.fromOutputStream(out -> {
          throw failure;
        }),
        ByteBuffer::getLong);
  }
}
