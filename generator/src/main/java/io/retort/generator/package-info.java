/**
 * The RETRO decoder: neighbour memory, chunked cross-attention, copy head, sampling, new neighbours
 * at each chunk end, attribution and abstention. It asks for neighbours through its own
 * NeighbourSource and must not know where they come from.
 */
@NullMarked
package io.retort.generator;

import org.jspecify.annotations.NullMarked;
