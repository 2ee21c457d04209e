package io.retort.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an asker says of an answer.
 *
 * @param expectedAnswer what would have been right
 */
public record FeedbackRequest(
    Rating rating,
    @Nullable List<FeedbackReason> reasons,
    @Nullable String comment,
    @Nullable String expectedAnswer) {

  /** The verdict. */
  public enum Rating {
    UP,
    DOWN
  }

  /** What is wrong with an answer. */
  public enum FeedbackReason {
    WRONG,
    INCOMPLETE,
    WRONG_SOURCE,
    SHOULD_ANSWER,
    SHOULD_ABSTAIN,
    OTHER
  }

  public static FeedbackRequest of(Rating rating) {
    return new FeedbackRequest(rating, null, null, null);
  }
}
