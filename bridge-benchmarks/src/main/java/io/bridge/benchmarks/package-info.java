/**
 * Bridge beside its peers and the floor. One class for each row of the goals, P1 to P12; a method
 * is named by its case and by who does the work: {@code range_toIterable}. {@link Benchmarks} runs
 * them, {@link Goals} says what is to be reached.
 */
@NullMarked
package io.bridge.benchmarks;

import org.jspecify.annotations.NullMarked;
