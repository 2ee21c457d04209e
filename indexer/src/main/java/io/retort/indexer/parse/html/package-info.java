/** HTML through jsoup. Runs in forked JVMs only. */
@NullMarked
package io.retort.indexer.parse.html;

import org.jspecify.annotations.NullMarked;
