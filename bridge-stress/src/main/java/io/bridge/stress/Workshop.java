package io.bridge.stress;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What all programs share.
 *
 * @param ledger what they open and close
 * @param signals the threads of their sources
 * @param executor for bodies and signals that are to run elsewhere
 * @param background for tasks that outlive the program that forks them
 */
record Workshop(
    Ledger ledger,
    ScheduledExecutorService signals,
    ExecutorService executor,
    Background background) {}
