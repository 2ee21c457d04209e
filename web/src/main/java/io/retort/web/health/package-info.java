/**
 * Whether the service is alive, ready and able to ingest, for probes and people. It must not know
 * why a room is shut, only ask.
 */
@NullMarked
package io.retort.web.health;

import org.jspecify.annotations.NullMarked;
