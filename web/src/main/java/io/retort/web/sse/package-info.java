/**
 * Server-sent events: a bounded queue between the thread that makes them and the virtual thread
 * that writes them to the socket. It must not know what the events say.
 */
@NullMarked
package io.retort.web.sse;

import org.jspecify.annotations.NullMarked;
