package io.retort.generator;

/** A neighbour's text with what its encoder made of it. */
record ReadNeighbour(NeighbourText text, RetroModel.Slab slab) {
  ReadNeighbour {
    if (text.tokens().length() != slab.length()) {
      throw new IllegalArgumentException(
          "%d tokens, but %d positions".formatted(text.tokens().length(), slab.length()));
    }
  }
}
