/**
 * Text to neighbours: dense and lexical search, fusion, filters, and each neighbour with its
 * continuation, the [N, F] of RETRO. Pure Java over the faces declared in data; it must not know
 * which engine answers, nor who writes the index.
 */
@NullMarked
package io.retort.retriever;

import org.jspecify.annotations.NullMarked;
