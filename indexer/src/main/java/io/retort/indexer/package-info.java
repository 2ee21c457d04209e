/**
 * Parse, chunk, encode, write: how a document becomes RETRO's retrieval database of chunks with
 * their continuations. Durable jobs that resume where they stopped. It writes through the face of
 * an index declared in data and must not know who searches it.
 */
@NullMarked
package io.retort.indexer;

import org.jspecify.annotations.NullMarked;
