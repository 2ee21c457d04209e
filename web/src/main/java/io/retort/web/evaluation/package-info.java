/**
 * What answers are worth, measured without a judge model: question sets, the scores of one answer,
 * metrics over many with bootstrap intervals, and two runs side by side. Benchmarks and the command
 * line share it. It must not know where an answer comes from, be it the API or a generator.
 */
@NullMarked
package io.retort.web.evaluation;

import org.jspecify.annotations.NullMarked;
