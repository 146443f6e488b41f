/**
 * Scopes: forked coroutines, joiners, and the end of a scope.
 *
 * <p><b>Rule:</b> Only the first reason to end is stored, in one cell of the scope; the block, the
 * coroutines and join act on that reason.
 *
 * <p><b>Design:</b> docs/design/scope.md. <b>Proof:</b> ScopeTest, ScopeRaceTest, JoinerTest;
 * ScopeStress.
 */
@NullMarked
package io.bridge.internal.scope;

import org.jspecify.annotations.NullMarked;
