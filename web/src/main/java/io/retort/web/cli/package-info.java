/**
 * The command line: every verb but those that run the service is a client of the REST API, so that
 * there is one way to do each thing. Where no service runs, a verb starts one for itself and stops
 * it again. It must not know the rooms behind the API, but for the reader that {@code eval} gives
 * neighbours to, which the API cannot.
 */
@NullMarked
package io.retort.web.cli;

import org.jspecify.annotations.NullMarked;
