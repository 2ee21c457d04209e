/** Markdown through commonmark. Runs in forked JVMs only. */
@NullMarked
package io.retort.indexer.parse.markdown;

import org.jspecify.annotations.NullMarked;
