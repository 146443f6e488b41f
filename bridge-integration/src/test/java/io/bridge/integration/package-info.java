/** bridge inside real frameworks: each test shows the naive {@code block()} beside ours. */
@NullMarked
package io.bridge.integration;

import org.jspecify.annotations.NullMarked;
