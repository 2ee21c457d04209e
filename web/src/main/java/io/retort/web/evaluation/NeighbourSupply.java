package io.retort.web.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which neighbours the questions of a run are answered from. */
public enum NeighbourSupply {
  /** Those of a collection. */
  RETRIEVED,
  /** Those that come with the question. */
  GIVEN,
  /**
   * Another question's: of the one half the set away, since those nearby are often of the same
   * paragraph.
   */
  SHUFFLED,
  /** None at all. */
  OFF;

  public static NeighbourSupply parse(String name) {
    for (NeighbourSupply supply : values()) {
      if (supply.toString().equals(name)) {
        return supply;
      }
    }
    throw new IllegalArgumentException(
        "unknown neighbours '%s'; known: %s"
            .formatted(
                name,
                Arrays.stream(values())
                    .map(NeighbourSupply::toString)
                    .collect(Collectors.joining(", "))));
  }

  /** The questions, each with the neighbours that it is to be answered from. */
  public List<Question> arrange(List<Question> questions) {
    List<Question> arranged = new ArrayList<>(questions.size());
    for (int i = 0; i < questions.size(); i++) {
      Question own = questions.get(i);
      arranged.add(
          switch (this) {
            case RETRIEVED -> own.retrieving();
            case GIVEN ->
                new Question(
                    own.id(),
                    own.text(),
                    own.answers(),
                    null, // a given neighbour has no path
                    List.of(),
                    own.context(),
                    own.neighbours(),
                    own.gold());
            case SHUFFLED ->
                own.reading(
                    questions.get((i + questions.size() / 2) % questions.size()).neighbours());
            case OFF -> own.reading(List.of());
          });
    }
    return arranged;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
