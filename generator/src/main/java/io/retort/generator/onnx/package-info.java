/**
 * The edge to ONNX Runtime for the decoder graphs: neighbour encoder, decode step with its
 * key-value cache, on CPU or CUDA. It must not know sampling, retrieval or the text behind the
 * tokens.
 */
@NullMarked
package io.retort.generator.onnx;

import org.jspecify.annotations.NullMarked;
