/**
 * The edge to ONNX Runtime: opens every session of the house, checks a model against its manifest
 * first, picks the device and says which. No type of the runtime leaves an edge package, and no
 * native memory outlives a call unless its owner closes it.
 */
@NullMarked
package io.retort.encoder.onnx;

import org.jspecify.annotations.NullMarked;
