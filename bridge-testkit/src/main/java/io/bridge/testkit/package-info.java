/** Fixtures shared by the tests of all modules. Not published, and free of bridge itself. */
@NullMarked
package io.bridge.testkit;

import org.jspecify.annotations.NullMarked;
