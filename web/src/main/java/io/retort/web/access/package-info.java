/**
 * Who is calling and what they may do: keys, login tokens, sessions, the local credential, the host
 * and origin checks, rate limits. Closed by default. It must not know what the operations do that
 * it guards.
 */
@NullMarked
package io.retort.web.access;

import org.jspecify.annotations.NullMarked;
