/**
 * Search requests: which collections, which filters, how many neighbours, and the public shape of a
 * neighbour. It must not know how an engine searches.
 */
@NullMarked
package io.retort.web.search;

import org.jspecify.annotations.NullMarked;
