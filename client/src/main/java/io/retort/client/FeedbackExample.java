package io.retort.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A question with what its answer is: a line of a data set for evaluations. */
public record FeedbackExample(
    String id, String question, List<String> answers, @Nullable String path, List<Span> spans) {}
