/**
 * The edge to Lucene: the embedded chunk index, writer and searcher side by side, with one manifest
 * that says which encoder and fields it was built with. It must not know documents beyond their
 * chunks, nor how a question was asked.
 */
@NullMarked
package io.retort.retriever.lucene;

import org.jspecify.annotations.NullMarked;
