/**
 * The packages below this one are the rooms of bridge's core. A room is one concern, and a page of
 * docs/design describes it. A room uses only the rooms above it in this table. Read the rooms in
 * the order of the table. The rooms are not an API: they are exported only to the three adapter
 * modules, as far as these need them, and change without notice.
 *
 * <table>
 * <caption>The rooms, bottom up</caption>
 * <tr><th>Room</th><th>What it does</th><th>Read first</th></tr>
 * <tr><td>failure</td><td>the exceptions and the place of an await</td><td>Failures</td></tr>
 * <tr><td>base</td><td>which thread may block; hooks of the libraries</td><td>Guard</td></tr>
 * <tr><td>cancel</td><td>frames, interrupts, parking, deadlines</td><td>CancelFrame</td></tr>
 * <tr><td>context</td><td>the context of code</td><td>ContextFrame</td></tr>
 * <tr><td>await</td><td>one await, one conversion</td><td>ParkedAwait</td></tr>
 * <tr><td>coroutine</td><td>one body on one thread</td><td>RunningCoroutine</td></tr>
 * <tr><td>scope</td><td>forked coroutines, joiners, their end</td><td>RunningScope</td></tr>
 * <tr><td>stream</td><td>bodies as publishers</td><td>EmitterSubscription</td></tr>
 * <tr><td>cursor</td><td>publishers as loops</td><td>Iteration</td></tr>
 * <tr><td>library</td><td>the library that owns a publisher</td><td>ReactiveLibraries</td></tr>
 * <tr><td>mapping</td><td>mapAwait, mapConcurrent</td><td>MapAwaitSubscription</td></tr>
 * <tr><td>bytes</td><td>streams of bytes</td><td>CursorInputStream</td></tr>
 * </table>
 */
@NullMarked
package io.bridge.internal;

import org.jspecify.annotations.NullMarked;
