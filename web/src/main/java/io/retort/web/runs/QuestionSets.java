package io.retort.web.runs;

import io.retort.data.store.EvaluationStore;
import io.retort.data.store.EvaluationStore.NewSet;
import io.retort.data.store.EvaluationStore.QuestionSet;
import io.retort.data.store.Slice;
import io.retort.data.store.SliceRequest;
import io.retort.web.access.Caller;
import io.retort.web.evaluation.NeighbourSupply;
import io.retort.web.evaluation.Question;
import io.retort.web.evaluation.QuestionFile;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Question sets that are kept. What is asked and expected may tell what stands in documents, so
 * that a set is for whoever put it and for those who see every collection.
 */
public final class QuestionSets {
  private static final int MOST_ERRORS = 100;
  private static final int MOST_LEFT_OUT = 1_000;

  private final EvaluationStore store;

  QuestionSets(EvaluationStore store) {
    this.store = store;
  }

  /** A set that was put, and what of it was left out. */
  public record Put(QuestionSet set, List<QuestionFile.Complaint> leftOut, boolean created) {
    public Put {
      leftOut = List.copyOf(leftOut);
    }
  }

  /**
   * Keeps a set.
   *
   * @param strict whether a line that cannot be read refuses all, or is left out
   */
  public Put put(String name, byte[] body, boolean strict, Caller caller) {
    Optional<QuestionSet> before = store.set(name);
    if (before.isPresent() && !visible(before.get(), caller)) {
      throw new ApiException(
          ProblemCode.DATASET_EXISTS, "somebody else has a question set named '" + name + "'");
    }
    QuestionFile read = read(name, body);
    List<QuestionFile.Complaint> complaints = read.complaints();
    if (!complaints.isEmpty() && (strict || complaints.size() > MOST_LEFT_OUT)) {
      throw ApiException.wrongFields(ProblemCode.INVALID_DATASET, errors(complaints));
    }
    if (read.questions().isEmpty()) {
      throw complaints.isEmpty()
          ? new ApiException(ProblemCode.INVALID_DATASET, "there is no question in the body")
          : ApiException.wrongFields(ProblemCode.INVALID_DATASET, errors(complaints));
    }
    int unanswerable =
        Math.toIntExact(read.questions().stream().filter(q -> !q.answerable()).count());
    QuestionSet set =
        store.put(
            new NewSet(
                name,
                caller.id(),
                read.sha256(),
                read.questions().size(),
                unanswerable,
                complaints.size()),
            body);
    return new Put(set, complaints, before.isEmpty());
  }

  private static List<FieldError> errors(List<QuestionFile.Complaint> complaints) {
    List<FieldError> errors = new ArrayList<>();
    for (QuestionFile.Complaint complaint : complaints) {
      if (errors.size() < MOST_ERRORS) {
        errors.add(new FieldError("line " + complaint.line(), "invalid_line", complaint.problem()));
      }
    }
    return errors;
  }

  public Slice<QuestionSet> list(SliceRequest slice, Caller caller) {
    return store.sets(caller.seesAll() ? null : caller.id(), slice);
  }

  /** The set of that name; refuses if the caller sees none. */
  public QuestionSet require(String name, Caller caller) {
    return store
        .set(name)
        .filter(set -> visible(set, caller))
        .orElseThrow(
            () ->
                new ApiException(
                    ProblemCode.DATASET_NOT_FOUND, "there is no question set '" + name + "'"));
  }

  public void delete(String name, Caller caller) {
    require(name, caller);
    store.deleteSet(name);
  }

  private static boolean visible(QuestionSet set, Caller caller) {
    return caller.seesAll() || set.principal().equals(caller.id());
  }

  /** The questions that a run draws, with what was left out. */
  static QuestionFile read(String name, byte[] body) {
    try {
      return QuestionFile.read(name, new ByteArrayInputStream(body), false);
    } catch (IllegalArgumentException e) { // no text in lines at all
      throw new ApiException(ProblemCode.INVALID_DATASET, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("an array has no end that is not expected", e);
    }
  }

  /** How many questions a run asks of a set with so many. */
  static int drawn(QuestionSet set, int limit) {
    return limit == 0 ? set.questions() : Math.min(limit, set.questions());
  }

  /** The questions of a run, drawn and in the order of the set. */
  static List<Question> draw(QuestionFile set, RunSettings settings) {
    return NeighbourSupply.RETRIEVED.arrange(set.draw(settings.limit(), settings.seed()));
  }
}
