/**
 * The shared words of Retort: records without dependencies, and the two faces of a chunk index
 * ({@link io.retort.data.ChunkWriter}, {@link io.retort.data.ScopedSearcher}). Nothing here knows
 * Lucene, ONNX Runtime, Spring or a database.
 */
@NullMarked
package io.retort.data;

import org.jspecify.annotations.NullMarked;
