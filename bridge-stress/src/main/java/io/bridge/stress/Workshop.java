package io.bridge.stress;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What all programs share.
 *
 * @param ledger what they open and close
 * @param signals the threads of their sources
 * @param executor for bodies and signals that are to run elsewhere
 */
record Workshop(Ledger ledger, ScheduledExecutorService signals, Executor executor) {}
