/** XML through the parser of the JDK. Runs in forked JVMs only. */
@NullMarked
package io.retort.indexer.parse.xml;

import org.jspecify.annotations.NullMarked;
