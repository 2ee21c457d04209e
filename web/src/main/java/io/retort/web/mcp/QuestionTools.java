package io.retort.web.mcp;

import io.retort.data.SearchMode;
import io.retort.generator.AnswerStyle;
import io.retort.web.access.Caller;
import io.retort.web.access.Scope;
import io.retort.web.answers.AnswerBody;
import io.retort.web.answers.AnswerListener;
import io.retort.web.answers.AnswerPlan;
import io.retort.web.answers.AnswerService;
import io.retort.web.answers.AnswerTerms;
import io.retort.web.answers.AnswerView;
import io.retort.web.json.PlainText;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.mcp.Tool.Hints;
import io.retort.web.mcp.Tool.Outcome;
import io.retort.web.mcp.Tool.Text;
import io.retort.web.search.FilterBody;
import io.retort.web.search.NeighbourView;
import io.retort.web.search.SearchBody;
import io.retort.web.search.SearchService;
import io.retort.web.search.SearchView;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The tools that read documents for an answer: {@code ask} and {@code search}. */
@Component
final class QuestionTools {
  private static final String COLLECTION = "The id of a collection, as list_collections tells it.";
  private static final String FILTERS =
      "Conditions that every document must meet, as"
          + " {\"field\":\"tags\",\"op\":\"eq\",\"value\":\"hr\"}.";

  private final AnswerService answers;
  private final SearchService search;

  QuestionTools(AnswerService answers, SearchService search) {
    this.answers = answers;
    this.search = search;
  }

  List<Tool<?, ?>> tools() {
    return List.of(
        new Tool<>(
            Scope.ASK,
            new Text(
                "ask",
                "Ask the documents",
                "Answers a question from the documents of one collection and cites the exact words"
                    + " that each statement comes from. When the documents do not hold the answer,"
                    + " abstained is true, reason says why, and neighbours are the nearest"
                    + " passages."),
            Hints.READS,
            AskArguments.class,
            Answer.class,
            this::ask),
        new Tool<>(
            Scope.ASK,
            new Text(
                "search",
                "Search the documents",
                "Finds the passages of one collection that are nearest to a query, best first, with"
                    + " their text."),
            Hints.READS,
            SearchArguments.class,
            Found.class,
            this::search));
  }

  @RequestBodyModel
  record AskArguments(
      @Schema(description = "The question, complete in itself.")
          @NotNull
          @Size(min = 1, max = 2_000)
          @PlainText
          String question,
      @Schema(description = COLLECTION) @NotNull @Size(min = 1, max = 63) String collection,
      @Schema(description = "A phrase, one sentence, or several; one sentence if absent.")
          @Nullable AnswerStyle style,
      @Schema(description = "How many passages the answer is read from; 4 if absent.")
          @Min(1)
          @Max(32)
          @Nullable Integer k,
      @Schema(description = FILTERS) @Size(min = 0, max = 16) @Nullable List<FilterBody> filters) {}

  /** An answer without what is of use to its own API alone. */
  record Answer(
      @Schema(description = "Null if abstained.") @Nullable String answer,
      boolean abstained,
      @Schema(
              description =
                  "no_relevant_passage: nothing about it was found. low_confidence: something was"
                      + " found, but no answer is certain enough.")
          @Nullable String reason,
      @Schema(description = "The probability that the answer is right.") double confidence,
      @Schema(description = "Spans count Unicode code points, the end exclusive.")
          List<AnswerView.CitationView> citations,
      List<NeighbourView> neighbours) {}

  /** It is not kept: nothing that is given out here could find it again. */
  private Outcome<Answer> ask(AskArguments arguments, Caller caller, CallWatch watch)
      throws InterruptedException {
    answers.refuseOverload(caller);
    var body =
        AnswerBody.of(
            arguments.question(),
            arguments.collection(),
            arguments.style(),
            arguments.k(),
            arguments.filters(),
            null,
            List.of(),
            false);
    AnswerPlan plan = answers.plan(body, AnswerTerms.NONE, caller);
    watch.tell("the question waits for its turn");
    Future<AnswerView> making = answers.start(plan, new Progress(watch));
    watch.cancel().onCancel(plan.limits().cancel()::cancel);
    AnswerView view = answers.await(plan, making);
    var answer =
        new Answer(
            view.answer(),
            view.abstained(),
            view.reason(),
            view.confidence(),
            view.citations(),
            view.neighbours());
    AnswerView.DegradedView degraded = view.degraded();
    return new Outcome<>(
        answer, degraded == null ? null : remark(degraded.reason(), degraded.missing()));
  }

  /** Tells of the steps of an answer, and of its words a few times a second. */
  private static final class Progress implements AnswerListener {
    private static final long PAUSE_NANOS = Duration.ofMillis(250).toNanos();

    private final CallWatch watch;
    private int tokens;
    private long lastNanos;

    Progress(CallWatch watch) {
      this.watch = watch;
    }

    @Override
    public void on(String event, Object data) {
      switch (event) {
        case "retrieval" -> tell("passages were found");
        case "token" -> {
          tokens++;
          if (tokens == 1 || System.nanoTime() - lastNanos >= PAUSE_NANOS) {
            tell("the answer is being written, tokens: " + tokens);
          }
        }
        default -> {}
      }
    }

    private void tell(String what) {
      lastNanos = System.nanoTime();
      watch.tell(what);
    }
  }

  @RequestBodyModel
  record SearchArguments(
      @Schema(description = "A question, or words to look for.")
          @NotNull
          @Size(min = 1, max = 2_000)
          @PlainText
          String query,
      @Schema(description = COLLECTION) @NotNull @Size(min = 1, max = 63) String collection,
      @Schema(description = "How many passages; 10 if absent.") @Min(1) @Max(32)
          @Nullable Integer k,
      @Schema(description = "By meaning, by words, or by both, which is usual.")
          @Nullable SearchMode mode,
      @Schema(description = FILTERS) @Size(min = 0, max = 16) @Nullable List<FilterBody> filters) {}

  /** The passages that a search found. */
  record Found(List<NeighbourView> neighbours) {}

  private Outcome<Found> search(SearchArguments arguments, Caller caller) throws Exception {
    var body =
        new SearchBody(
            arguments.query(),
            arguments.collection(),
            null,
            arguments.k(),
            arguments.mode(),
            null,
            arguments.filters(),
            null,
            null);
    SearchView view = search.search(body, caller);
    SearchView.DegradedView degraded = view.degraded();
    return new Outcome<>(
        new Found(view.neighbours()),
        degraded == null ? null : remark(degraded.reason(), degraded.missing()));
  }

  /**
   * The structured content has no place for it, and a short list must not look like a whole one.
   */
  private static String remark(String reason, @Nullable Long missing) {
    String chunks = missing == null ? "" : ", chunks out of reach: " + missing;
    return "There may be passages that this search did not see (" + reason + chunks + ").";
  }
}
