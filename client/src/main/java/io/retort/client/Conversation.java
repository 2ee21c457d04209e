package io.retort.client;

import java.time.Instant;
import java.util.List;

/** Questions that belong together, oldest first. */
public record Conversation(
    String id, String title, List<Turn> turns, Instant createdAt, Instant updatedAt) {

  public record Turn(String answerId, String question, Instant createdAt) {}
}
