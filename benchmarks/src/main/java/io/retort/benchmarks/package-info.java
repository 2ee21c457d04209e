/**
 * Measurements of speed and of recall beside it, with their expected values and tolerances. Nothing
 * depends on this package.
 */
@NullMarked
package io.retort.benchmarks;

import org.jspecify.annotations.NullMarked;
