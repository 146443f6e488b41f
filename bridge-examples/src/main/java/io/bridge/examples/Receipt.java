package io.bridge.examples;

/** What the customer gets for an accepted order; {@code total} is in cents. */
record Receipt(int orderId, long total) {}
