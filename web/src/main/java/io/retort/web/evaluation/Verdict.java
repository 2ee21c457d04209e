package io.retort.web.evaluation;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What became of a question, worst first. */
public enum Verdict {
  FAILED("failed"),
  /** It has no answer, and got one. */
  INVENTED("answered, has none"),
  WRONG("wrong"),
  DECLINED("declined"),
  RIGHT("right"),
  RIGHTLY_DECLINED("rightly declined");

  private final String shown;

  Verdict(String shown) {
    this.shown = shown;
  }

  /** In words for a reader. */
  String shown() {
    return shown;
  }

  boolean good() {
    return this == RIGHT || this == RIGHTLY_DECLINED;
  }

  @Override
  @JsonValue
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
