/**
 * Bytes to text, format by format, in a forked JVM, so that a hostile file can take down nothing
 * but its own parser. The edge to Tika; it must not know chunks, vectors or the ledger.
 */
@NullMarked
package io.retort.indexer.parse;

import org.jspecify.annotations.NullMarked;
