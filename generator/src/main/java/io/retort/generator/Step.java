package io.retort.generator;

import java.util.List;

/**
 * A generated token with what the mixture says about it.
 *
 * @param logProbability natural, under the mixture
 * @param copyShare 0..1, copy mass over the token's probability
 * @param copiedFrom the places that the copy mass came through, the largest first
 */
record Step(int id, double logProbability, double copyShare, List<CopiedFrom> copiedFrom) {
  Step {
    copiedFrom = List.copyOf(copiedFrom);
  }

  /**
   * A token of a neighbour that equals the generated one.
   *
   * @param token its index in the neighbour
   * @param share its part of the generated token's probability
   */
  record CopiedFrom(NeighbourText text, int token, double share) {}
}
