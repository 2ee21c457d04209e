/**
 * Office formats through Tika, and through nothing of it that holds a document in memory. Runs in
 * forked JVMs only.
 */
@NullMarked
package io.retort.indexer.parse.office;

import org.jspecify.annotations.NullMarked;
