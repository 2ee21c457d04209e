/**
 * The other rooms, opened and wired: store, index, models, ingestion, in the order in which a start
 * needs them, and what of it can be used now. It must not know HTTP beyond the problems that say
 * why a room is shut.
 */
@NullMarked
package io.retort.web.rooms;

import org.jspecify.annotations.NullMarked;
