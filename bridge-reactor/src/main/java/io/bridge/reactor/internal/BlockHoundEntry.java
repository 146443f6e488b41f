package io.bridge.reactor.internal;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * For whoever runs with BlockHound, which finds it as a service: the adapters are looked for once,
 * by the first thread that needs one, and that reads their service files.
 */
public final class BlockHoundEntry implements BlockHoundIntegration {

  /** For BlockHound. */
  public BlockHoundEntry() {}

  @Override
  public void applyTo(BlockHound.Builder builder) {
    builder.allowBlockingCallsInside("io.bridge.internal.failure.Failures", "<clinit>");
    builder.allowBlockingCallsInside("io.bridge.internal.base.PresentLibraries", "<clinit>");
    builder.allowBlockingCallsInside("io.bridge.internal.library.ReactiveLibraries", "<clinit>");
  }
}
