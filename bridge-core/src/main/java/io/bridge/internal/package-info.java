/**
 * What the adapter modules of bridge share with its core. Not an API: exported to the three
 * siblings only and changed without notice.
 */
@NullMarked
package io.bridge.internal;

import org.jspecify.annotations.NullMarked;
