/**
 * The edge to the DJL binding of Hugging Face tokenizers: WordPiece for the encoder, byte-level BPE
 * for the decoder, both with code-point offsets into the text. It must not know what the tokens are
 * for.
 */
@NullMarked
package io.retort.encoder.tokenizers;

import org.jspecify.annotations.NullMarked;
