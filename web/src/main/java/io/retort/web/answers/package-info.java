/**
 * Answers from the request to the stored result: admission to the decoding slots, the caller's own
 * neighbour source, the public shape of an answer, and the states of kept citations. It must not
 * know how neighbours are found or tokens are made.
 */
@NullMarked
package io.retort.web.answers;

import org.jspecify.annotations.NullMarked;
