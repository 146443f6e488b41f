package io.bridge.reactor.internal;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Allows the blocking calls of bridge under BlockHound, which finds this class as a service: the
 * first thread that needs an adapter reads the adapters' service files.
 */
public final class BlockHoundEntry implements BlockHoundIntegration {

  /** For BlockHound. */
  public BlockHoundEntry() {}

  @Override
  public void applyTo(BlockHound.Builder builder) {
    builder.allowBlockingCallsInside("io.bridge.internal.failure.FailureLayers", "<clinit>");
    builder.allowBlockingCallsInside("io.bridge.internal.base.PresentLibraries", "<clinit>");
    builder.allowBlockingCallsInside("io.bridge.internal.library.ReactiveLibraries", "<clinit>");
  }
}
