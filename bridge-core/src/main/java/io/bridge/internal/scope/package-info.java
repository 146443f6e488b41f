/**
 * Scopes: forked coroutines, joiners, the one end.
 *
 * <p><b>Rule:</b> The first reason to end wins the one end cell; the block, the coroutines and join
 * follow it.
 *
 * <p><b>Design:</b> docs/design/scope.md. <b>Proof:</b> ScopeTest, ScopeRaceTest, JoinerTest;
 * ScopeStress.
 */
@NullMarked
package io.bridge.internal.scope;

import org.jspecify.annotations.NullMarked;
