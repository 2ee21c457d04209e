/**
 * Text to tokens with offsets, and text to one vector: the frozen BERT of RETRO, whose vectors
 * depend on the text alone and never on its batch mates. It must not know what a vector is used
 * for, nor which runtime computes it.
 */
@NullMarked
package io.retort.encoder;

import org.jspecify.annotations.NullMarked;
