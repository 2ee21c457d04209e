package io.retort.web.answers;

import io.retort.data.store.AnswerStore;
import io.retort.generator.Turn;
import java.util.List;

/**
 * What goes before a question.
 *
 * @param turns oldest first
 * @param sources documents that the turns' answers cite, as far as the service knows
 */
record History(List<Turn> turns, List<AnswerStore.Source> sources) {
  History {
    turns = List.copyOf(turns);
    sources = List.copyOf(sources);
  }
}
