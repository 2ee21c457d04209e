/** PDF through PDFBox. Runs in forked JVMs only. */
@NullMarked
package io.retort.indexer.parse.pdf;

import org.jspecify.annotations.NullMarked;
