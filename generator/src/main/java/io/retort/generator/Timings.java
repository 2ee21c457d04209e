package io.retort.generator;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the time of one answer went, re-retrievals included.
 *
 * @param queue waiting for a slot
 * @param retrieve inside the {@link NeighbourSource}
 * @param neighbourEncode reading the neighbours
 * @param prefill waiting for the prompt, which is computed while neighbours are fetched and read,
 *     and the step to the first distribution
 * @param decode all further steps
 * @param verify checking citations against the stored text
 * @param firstToken from the call to the first token that was let out, null if there was none
 * @param total from the call to its return
 */
public record Timings(
    Duration queue,
    Duration retrieve,
    Duration neighbourEncode,
    Duration prefill,
    Duration decode,
    Duration verify,
    @Nullable Duration firstToken,
    Duration total) {}
