package io.retort.client;

import java.time.Instant;
import java.util.List;

/** What an asker said of an answer. */
public record Feedback(
    String id,
    String answerId,
    String question,
    String rating,
    List<String> reasons,
    String comment,
    String expectedAnswer,
    Instant createdAt,
    Instant updatedAt) {}
