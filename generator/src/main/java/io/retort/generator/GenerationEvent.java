package io.retort.generator;

import static java.util.Objects.requireNonNull;

import io.retort.data.Neighbour;
import java.util.List;

/** What happens while an answer is made, in the order in which a reader may be told. */
public sealed interface GenerationEvent {
  /** Neighbours came, before any token that was predicted from them. */
  record Retrieved(TraceEntry entry) implements GenerationEvent {
    public Retrieved {
      requireNonNull(entry, "entry");
    }
  }

  /** A token was let out: its sentence, or the first chunk, is complete and certain enough. */
  record TokenGenerated(TokenTrace token) implements GenerationEvent {
    public TokenGenerated {
      requireNonNull(token, "token");
    }
  }

  /** After the tokens of its answer span. */
  record CitationFound(Citation citation) implements GenerationEvent {
    public CitationFound {
      requireNonNull(citation, "citation");
    }
  }

  /** There is no answer. Never after a token. */
  record Abstained(AbstentionReason reason, double confidence, List<Neighbour> neighbours)
      implements GenerationEvent {
    public Abstained {
      requireNonNull(reason, "reason");
      neighbours = List.copyOf(neighbours);
    }
  }
}
