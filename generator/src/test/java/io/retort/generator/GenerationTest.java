package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.retort.data.CancelSignal;
import io.retort.data.Deadline;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.data.SearchTimeoutException;
import io.retort.data.TextSpan;
import io.retort.generator.GenerationEvent.Abstained;
import io.retort.generator.GenerationEvent.CitationFound;
import io.retort.generator.GenerationEvent.Retrieved;
import io.retort.generator.GenerationEvent.TokenGenerated;
import io.retort.generator.ScriptedModel.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole loop over a scripted model; chunks have four tokens. */
@Timeout(30)
class GenerationTest {
  private static final String QUESTION = "How many days?";
  private final WordTokenizer tokenizer = new WordTokenizer();
  private final List<Neighbour> neighbours = Samples.neighbours(Samples.LEAVE, "nothing here");
  private final List<NeighbourSource.Query> queries = new ArrayList<>();
  private final List<GenerationEvent> events =
      new CopyOnWriteArrayList<>(); // the prompt's run looks
  private RequestLimits limits = Samples.limits();
  private ScriptedModel model = new ScriptedModel(1, List.of(), 1);

  private GenerationRequest.Builder ask() {
    return GenerationRequest.of(QUESTION).style(AnswerStyle.SHORT);
  }

  /** Every token is said with certainty {@code probability} and copied where it can be. */
  private List<Line> script(String answer, double probability) {
    List<Line> lines = new ArrayList<>();
    for (int id : tokenizer.encode(answer).ids()) {
      lines.add(new Line(id, probability, .8));
    }
    return lines;
  }

  private GeneratedAnswer answer(List<Line> script, GenerationRequest request) {
    return answer(script, 1, request, 3);
  }

  private GeneratedAnswer answer(
      List<Line> script, double answerable, GenerationRequest request, int draft) {
    int promptLength = new Prompts(tokenizer, Samples.config(Map.of())).tokens(request).length;
    model = new ScriptedModel(promptLength, script, answerable);
    model.beforeRun = beforeRun;
    try (var generator = generator(draft)) {
      return generator.generate(
          request, this::retrieve, Samples.stored(neighbours), limits, events::add);
    }
  }

  private Runnable beforeRun = () -> {};

  private RetroGenerator generator(int draft) {
    return generator(draft, Map.of());
  }

  private RetroGenerator generator(int draft, Map<String, Object> calibration) {
    return new RetroGenerator(
        model,
        tokenizer,
        tokenizer.wordPieces(),
        Samples.config(calibration),
        new GeneratorOptions(1, 2, .3, .1),
        draft);
  }

  private List<Neighbour> retrieve(NeighbourSource.Query query) {
    queries.add(query);
    return neighbours;
  }

  @AfterEach
  void everythingIsClosed() {
    assertThat(model.open).hasValue(0);
  }

  private <E extends GenerationEvent> List<E> events(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static String text(List<TokenTrace> tokens) {
    return tokens.stream().map(TokenTrace::text).collect(Collectors.joining());
  }

  @Test
  void anAnswerWithItsCitation() {
    String said = "You can carry over up to five unused leave days.";
    GeneratedAnswer answer = answer(script(said, .9), ask().build());

    assertThat(answer.text()).isEqualTo(said);
    assertThat(answer.abstained()).isFalse();
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(text(answer.tokens())).isEqualTo(said);
    assertThat(answer.unsupported()).isEmpty();
    Citation citation = answer.citations().getFirst();
    assertThat(citation.quote()).isEqualTo("carry over up to five unused leave days");
    assertThat(citation.sourceSpan()).isEqualTo(new TextSpan(30, 69));
    assertThat(citation.answerSpan().of(said)).isEqualTo(citation.quote());
    assertThat(citation.chunk().id()).hasToString("doc1:0");
    assertThat(answer.refused()).isEqualTo(new GeneratedAnswer.Refused(0, 0));
    TokenTrace five = answer.tokens().get(6);
    assertThat(five.text()).isEqualTo(" five");
    assertThat(five.topSource().sourceSpan()).isEqualTo(new TextSpan(47, 51));
    assertThat(five.copyShare()).isBetween(.7, 1.0);
    assertThat(five.logProbability()).isNegative();
  }

  @Test
  void eventsComeInTheOrderAReaderMayBeTold() {
    GeneratedAnswer answer =
        answer(script("It is five unused leave days. Yes.", .9), ask().build());

    assertThat(events.getFirst()).isInstanceOf(Retrieved.class);
    assertThat(events(TokenGenerated.class))
        .extracting(TokenGenerated::token)
        .isEqualTo(answer.tokens());
    assertThat(events(CitationFound.class))
        .extracting(CitationFound::citation)
        .isEqualTo(answer.citations());
    int shown = 0;
    for (GenerationEvent event : events) {
      switch (event) {
        case TokenGenerated(TokenTrace token) -> shown = token.answerSpan().end();
        case CitationFound(Citation citation) ->
            assertThat(citation.answerSpan().end()).isLessThanOrEqualTo(shown);
        case Retrieved(TraceEntry entry) ->
            assertThat(entry.chunkIndex() * 4).isLessThanOrEqualTo(answer.tokens().size());
        case Abstained _ -> throw new AssertionError("abstained after tokens");
      }
    }
    assertThat(answer.unsupported())
        .extracting(span -> span.of(answer.text()))
        .containsExactly("Yes.");
  }

  @Test
  void everyChunkAsksAgainWithTheQuestionAndItsText() {
    GeneratedAnswer answer =
        answer(script("one two three four five six seven eight nine", .9), ask().build());

    assertThat(queries)
        .extracting(NeighbourSource.Query::text)
        .containsExactly(
            QUESTION, QUESTION + " one two three four", QUESTION + " five six seven eight");
    assertThat(answer.trace()).extracting(TraceEntry::chunkIndex).containsExactly(0, 1, 2);
    assertThat(answer.trace()).noneMatch(TraceEntry::frozen);
    assertThat(answer.usage().generatedTokens()).isEqualTo(9);
    assertThat(answer.usage().retrievals()).isEqualTo(3);
  }

  @Test
  void earlierTurnsGoIntoPromptAndFirstQueryAndNowhereElse() {
    String said = "one two three four five";
    GeneratedAnswer alone = answer(script(said, .9), ask().build());
    List<Integer> readAlone = model.inputs.stream().map(ReaderInput::asking).toList();
    queries.clear();
    var request = ask().history(List.of(new Turn("Whose leave?", "Ann's."))).build();
    GeneratedAnswer answer = answer(script(said, .9), request);

    assertThat(queries)
        .extracting(NeighbourSource.Query::text)
        .containsExactly("Whose leave? Ann's. " + QUESTION, QUESTION + " one two three four");
    assertThat(answer.trace())
        .extracting(TraceEntry::query)
        .containsExactly("Whose leave? Ann's. " + QUESTION, QUESTION + " one two three four");
    assertThat(answer.usage().promptTokens()).isGreaterThan(alone.usage().promptTokens());
    assertThat(model.inputs).extracting(ReaderInput::asking).containsExactlyElementsOf(readAlone);
  }

  @Test
  void generatedTokenFourIsTheFirstToAttendToTheNewNeighbours() {
    List<Neighbour> first = Samples.neighbours("alpha");
    List<Neighbour> second = Samples.neighbours("alpha", "beta").subList(1, 2);
    int alpha = tokenizer.id("alpha");
    int beta = tokenizer.id("beta");
    var request = ask().build();
    var prompts = new Prompts(tokenizer, Samples.config(Map.of()));
    model =
        new ScriptedModel(
            prompts.tokens(request).length, script("one two three four five six", .9), 1);
    try (var generator = generator(1)) {
      generator.generate(
          request,
          query -> query.chunkIndex() == 0 ? first : second,
          Samples.stored(first),
          limits,
          events::add);
    }

    // the last prompt token, then tokens 1 to 6 as inputs
    assertThat(model.attended.headMap(7).values())
        .containsExactly(alpha, alpha, alpha, alpha, beta, beta, beta);
  }

  @Test
  void aDraftNeverGoesBeyondItsChunk() {
    List<Neighbour> first = Samples.neighbours("one two three four five six.");
    List<Neighbour> second = Samples.neighbours("one two", "beta").subList(1, 2);
    var request = ask().build();
    var prompts = new Prompts(tokenizer, Samples.config(Map.of()));
    model =
        new ScriptedModel(
            prompts.tokens(request).length, script("one two three four five six", .9), 1);
    GeneratedAnswer answer;
    try (var generator = generator(8)) {
      answer =
          generator.generate(
              request,
              query -> query.chunkIndex() == 0 ? first : second,
              Samples.stored(first),
              limits,
              events::add);
    }

    assertThat(answer.tokens())
        .extracting(token -> token.copyShare() > .5)
        .as("the second chunk's neighbours do not say five and six")
        .containsExactly(true, true, true, true, false, false);
  }

  @Test
  void anEntryThatServedNoTokenIsNotTold() {
    GeneratedAnswer answer = answer(script("one two three four", .9), ask().build());

    assertThat(answer.trace()).hasSize(1);
    assertThat(events(Retrieved.class)).hasSize(1);
    assertThat(answer.usage().retrievals()).as("the end was predicted from it").isEqualTo(2);
  }

  @Test
  void frozenNeighboursAreAskedForOnce() {
    GeneratedAnswer answer =
        answer(script("one two three four five six", .9), ask().freezeNeighbours(true).build());

    assertThat(queries).hasSize(1);
    assertThat(answer.trace()).extracting(TraceEntry::frozen).containsExactly(false, true);
    assertThat(answer.trace().get(1).neighbours()).isEqualTo(answer.trace().get(0).neighbours());
  }

  @Test
  void neighboursThatComeAgainAreReadOnce() {
    GeneratedAnswer answer = answer(script("one two three four five six", .9), ask().build());
    int length =
        neighbours.stream()
            .mapToInt(neighbour -> tokenizer.encode(neighbour.chunk().text()).length())
            .sum();

    assertThat(answer.usage().neighbourTokens()).isEqualTo(length);
  }

  @Test
  void draftsChangeNothingButTheNumberOfRuns() {
    var request = ask().maxTokens(40).build();
    List<Line> script =
        script("Employees may carry over up to five unused days. Carried days expire soon.", .9);
    GeneratedAnswer plain = answer(script, 1, request, 1);
    int plainRuns = model.runs.get();
    GeneratedAnswer drafted = answer(script, 1, request, 3);

    assertThat(drafted.tokens()).isEqualTo(plain.tokens());
    assertThat(drafted.citations()).isEqualTo(plain.citations());
    assertThat(model.runs.get()).isLessThan(plainRuns);
  }

  @Test
  void noNeighboursIsNoRelevantPassage() {
    var request = ask().build();
    model = new ScriptedModel(1, script("x", .9), 1);
    GeneratedAnswer answer;
    try (var generator = generator(1)) {
      answer =
          generator.generate(request, query -> List.of(), (d, v, s) -> null, limits, events::add);
    }

    assertThat(answer.text()).isNull();
    assertThat(answer.reason()).isEqualTo(AbstentionReason.NO_RELEVANT_PASSAGE);
    assertThat(answer.finishReason()).isEqualTo(FinishReason.ABSTAINED);
    assertThat(answer.usage().generatedTokens()).isZero();
    assertThat(answer.trace()).hasSize(1);
    assertThat(model.runs).as("the prompt alone was computed").hasValue(1);
  }

  @Test
  void theEndAtTheFirstStepIsLowConfidence() {
    GeneratedAnswer answer = answer(List.of(), .001, ask().build(), 1);

    assertThat(answer.reason()).isEqualTo(AbstentionReason.LOW_CONFIDENCE);
    assertThat(answer.confidence()).isLessThan(.01);
    assertThat(answer.citations()).isEmpty();
    assertThat(answer.unsupported()).isEmpty();
    assertThat(answer.neighbours()).isEqualTo(neighbours);
    assertThat(events).hasSize(2).last().isInstanceOf(Abstained.class);
  }

  @Test
  void anUncertainFirstSentenceIsNeverShown() {
    GeneratedAnswer answer = answer(script("perhaps nine. Or ten.", .05), ask().build());

    assertThat(answer.reason()).isEqualTo(AbstentionReason.LOW_CONFIDENCE);
    assertThat(events(TokenGenerated.class)).isEmpty();
    assertThat(answer.tokens()).isEmpty();
  }

  @Test
  void thresholdZeroAlwaysAnswers() {
    var request = ask().minConfidence(0.0).build();
    GeneratedAnswer answer = answer(script("perhaps nine", .4), .001, request, 1);

    assertThat(answer.text()).isEqualTo("perhaps nine");
  }

  @Test
  void aFittedConfidenceDecidesAloneWhetherToAnswer() {
    var request = ask().build();
    int promptLength = new Prompts(tokenizer, Samples.config(Map.of())).tokens(request).length;
    for (int intercept : new int[] {1, -1}) { // a confidence of .73, of .27; the threshold is .3
      model = new ScriptedModel(promptLength, script("five", .9), .2); // the end is likelier
      Map<String, Object> fitted =
          Map.of(
              "intercept", intercept,
              "relevance", 0,
              "answerable", 0,
              "mean_log_probability", 0,
              "lowest_log_probability", 0);
      try (var generator = generator(1, Map.of("confidence", fitted))) {
        var answer =
            generator.generate(
                request, query -> neighbours, Samples.stored(neighbours), limits, events::add);
        assertThat(answer.text()).isEqualTo(intercept > 0 ? "five" : null);
      }
    }
  }

  @Test
  void aLaterUncertainSentenceIsLeftOff() {
    List<Line> script = new ArrayList<>(script("Up to five.", .95));
    script.addAll(script(" Wild guess here.", .01));
    GeneratedAnswer answer = answer(script, ask().build());

    assertThat(answer.text()).isEqualTo("Up to five.");
    assertThat(answer.finishReason()).isEqualTo(FinishReason.LOW_CONFIDENCE);
    assertThat(answer.abstained()).isFalse();
    assertThat(text(answer.tokens())).isEqualTo(answer.text());
    assertThat(answer.confidence()).isGreaterThan(.3);
  }

  @Test
  void aSentenceThatWasBegunIsShownToItsEnd() {
    List<Line> script = new ArrayList<>(script("one two three four", .95)); // a chunk
    script.addAll(script(" wild guess.", .01));
    GeneratedAnswer answer = answer(script, ask().build());

    assertThat(answer.text()).isEqualTo("one two three four wild guess.");
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void tokensAreHeldBackUntilTheSentenceIsDecided() {
    List<Integer> shownAtRun = new ArrayList<>();
    beforeRun = () -> shownAtRun.add(events(TokenGenerated.class).size());
    answer(script("Yes. So", .9), 1, ask().build(), 1);

    // prompt, last prompt token, then a run a token; "So" proves that the sentence has ended
    assertThat(shownAtRun).containsExactly(0, 0, 0, 0, 2);
  }

  @Test
  void maxTokensEndsTheAnswer() {
    GeneratedAnswer answer =
        answer(script("one two three four five six", .9), ask().maxTokens(5).build());

    assertThat(answer.text()).isEqualTo("one two three four five");
    assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(answer.finishReason().partial()).isTrue();
    assertThat(answer.trace()).hasSize(2);
  }

  @Test
  void whiteSpaceAroundTheAnswerIsNotItsPart() {
    List<Line> script = new ArrayList<>();
    script.add(new Line(tokenizer.id("\n"), .9, 0));
    script.addAll(script(" five days", .9));
    script.add(new Line(tokenizer.id("  "), .9, 0));
    GeneratedAnswer answer = answer(script, ask().build());

    assertThat(answer.text()).isEqualTo("five days");
    assertThat(text(answer.tokens())).isEqualTo("five days");
    assertThat(answer.tokens()).extracting(TokenTrace::index).containsExactly(0, 1, 2);
  }

  @Test
  void aStopTextEndsTheAnswerBeforeIt() {
    GeneratedAnswer answer =
        answer(script("one two stop here", .9), ask().stop(List.of(" st", "here")).build());

    assertThat(answer.text()).isEqualTo("one two");
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(text(answer.tokens())).isEqualTo("one two");
  }

  @Test
  void aQuoteThatIsNotInTheStoreIsDroppedAndCounted() {
    var request = ask().build();
    model =
        new ScriptedModel(
            new Prompts(tokenizer, Samples.config(Map.of())).tokens(request).length,
            script("five unused leave days", .9),
            1);
    GeneratedAnswer changed;
    GeneratedAnswer gone;
    try (var generator = generator(1)) {
      changed =
          generator.generate(
              request, this::retrieve, (d, v, s) -> "other text", limits, events::add);
      gone = generator.generate(request, this::retrieve, (d, v, s) -> null, limits, events::add);
    }

    assertThat(changed.citations()).isEmpty();
    assertThat(changed.refused()).isEqualTo(new GeneratedAnswer.Refused(1, 0));
    assertThat(changed.unsupported()).containsExactly(new TextSpan(0, 22));
    assertThat(gone.refused()).isEqualTo(new GeneratedAnswer.Refused(0, 1));
    assertThat(events(CitationFound.class)).isEmpty();
  }

  @Test
  void aCancelledAnswerKeepsWhatWasShown() {
    var cancel = limits.cancel();
    beforeRun =
        () -> {
          if (!events(TokenGenerated.class).isEmpty()) {
            cancel.cancel();
          }
        };
    GeneratedAnswer answer = answer(script("Yes. So it is.", .9), ask().build());

    assertThat(answer.text()).isEqualTo("Yes.");
    assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
  }

  @Test
  void cancelledBeforeAnythingIsAnEmptyAnswer() {
    limits.cancel().cancel();
    GeneratedAnswer answer = answer(script("It is.", .9), ask().build());

    assertThat(answer.text()).isEmpty();
    assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(answer.trace()).isEmpty();
    assertThat(answer.neighbours()).isEmpty();
  }

  @Test
  void theDeadlineLetsOutWhatIsCertain() {
    limits = new RequestLimits(Deadline.in(Duration.ofMillis(300)), new CancelSignal());
    beforeRun =
        () -> {
          if (model.runs.get() > 4) {
            sleepUntil(limits.deadline());
          }
        };
    GeneratedAnswer answer = answer(script("one two three", .9), 1, ask().build(), 1);

    assertThat(answer.text()).isEqualTo("one two three");
    assertThat(answer.finishReason()).isEqualTo(FinishReason.TIMEOUT);
  }

  private static void sleepUntil(Deadline deadline) {
    while (!deadline.passed()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void noTokenBeforeTheDeadlineIsAFailure() {
    limits = new RequestLimits(Deadline.in(Duration.ofMillis(50)), new CancelSignal());
    beforeRun = () -> sleepUntil(limits.deadline());

    assertThatThrownBy(() -> answer(script("one two", .9), ask().build()))
        .isInstanceOf(NoTokenInTimeException.class);
  }

  @Test
  void aSearchThatTimedOutWithTheRequestIsItsTimeout() {
    var request = ask().build();
    limits = new RequestLimits(Deadline.in(Duration.ZERO.plusMillis(20)), new CancelSignal());
    try (var generator = generator(1)) {
      assertThatThrownBy(
              () ->
                  generator.generate(
                      request,
                      query -> {
                        sleepUntil(limits.deadline());
                        throw new SearchTimeoutException("late");
                      },
                      (d, v, s) -> null,
                      limits,
                      events::add))
          .isInstanceOf(NoTokenInTimeException.class);
    }
  }

  @Test
  void thePromptIsComputedWhileNeighboursAreFetched() {
    var began = new CountDownLatch(1);
    var fetched = new CountDownLatch(1);
    beforeRun =
        () -> {
          began.countDown();
          await(fetched);
        };
    model =
        new ScriptedModel(
            new Prompts(tokenizer, Samples.config(Map.of())).tokens(ask().build()).length,
            script("five days", .9),
            1);
    model.beforeRun = beforeRun;
    GeneratedAnswer answer;
    try (var generator = generator(1)) {
      answer =
          generator.generate(
              ask().build(),
              query -> {
                await(began);
                fetched.countDown();
                return neighbours;
              },
              Samples.stored(neighbours),
              limits,
              events::add);
    }

    assertThat(answer.text()).isEqualTo("five days");
  }

  @Test
  void aSourceThatFailsWaitsForThePrompt() {
    var began = new CountDownLatch(1);
    var openAfterwards = new AtomicInteger();
    model = new ScriptedModel(3, List.of(), 1);
    model.beforeRun =
        () -> {
          began.countDown();
          sleepUntil(Deadline.in(Duration.ofMillis(50)));
          openAfterwards.set(model.open.get());
        };
    try (var generator = generator(1)) {
      assertThatThrownBy(
              () ->
                  generator.generate(
                      ask().build(),
                      query -> {
                        await(began);
                        throw new IllegalStateException("the index is gone");
                      },
                      Samples.stored(neighbours),
                      limits,
                      events::add))
          .hasMessage("the index is gone");
    }

    assertThat(openAfterwards).as("the sequence, while it was written to").hasValue(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSourceThatFailsFailsTheRequest() {
    try (var generator = generator(1)) {
      assertThatThrownBy(
              () ->
                  generator.generate(
                      ask().build(),
                      query -> {
                        throw new IllegalStateException("store down");
                      },
                      (d, v, s) -> null,
                      limits,
                      events::add))
          .hasMessage("store down");
    }
  }

  @Test
  void theSameSeedSaysTheSame() {
    var request = ask().minConfidence(0.0).sampling(Sampling.of(1, .9, 7)).build();
    List<Line> script = script("one two three four five", .5);

    assertThat(answer(script, request).tokens()).isEqualTo(answer(script, request).tokens());
  }

  @Test
  void withoutTheCopyHeadNothingIsCopied() {
    var request = ask().diagnostics(new Diagnostics(false, false)).build();
    GeneratedAnswer answer = answer(script("five unused leave days", .9), request);

    assertThat(answer.tokens()).allMatch(token -> token.copyShare() == 0);
    assertThat(answer.citations()).isEmpty();
  }

  @Test
  void maskingTheCitedNeighbourCostsProbability() {
    var request = ask().build();
    GeneratedAnswer answer = answer(script("five unused leave days", .9), request);
    int[] tokens = answer.tokens().stream().mapToInt(TokenTrace::id).toArray();
    List<List<Neighbour>> entries =
        Stream.concat(answer.trace().stream().map(TraceEntry::neighbours), Stream.of(neighbours))
            .toList();
    var cited = answer.citations().getFirst().chunk().id();
    var other = neighbours.get(1).chunk().id();
    try (var generator = generator(1)) {
      KnockOut knocked = generator.knockOut(request, tokens, entries, Set.of(cited), limits);
      KnockOut beside = generator.knockOut(request, tokens, entries, Set.of(other), limits);
      double said = answer.tokens().stream().mapToDouble(TokenTrace::logProbability).sum();

      assertThat(knocked.logProbability()).isCloseTo(said, within(1e-9));
      assertThat(knocked.nats()).isPositive();
      assertThat(beside.nats()).isZero();
    }
  }

  @Test
  void relevanceIsOneMinusTheReadersNull() {
    try (var generator = generator(1)) {
      double[] relevance = generator.relevance(QUESTION, neighbours, limits);

      assertThat(relevance).hasSize(2);
      assertThat(relevance[0]).isBetween(.98, 1.0);
    }
  }

  @Test
  void relevanceIsOnlyToldOfWhatWasReadInTime() {
    limits.cancel().cancel();
    try (var generator = generator(1)) {
      assertThat(generator.relevance(QUESTION, neighbours, limits)).isEmpty();
    }
  }

  @Test
  void closedBookAnswersWithoutNeighbours() {
    var request = ask().diagnostics(new Diagnostics(true, true)).build();
    int promptLength = new Prompts(tokenizer, Samples.config(Map.of())).tokens(request).length;
    model = new ScriptedModel(promptLength, script("one two", .9), 1);
    try (var generator = generator(1)) {
      GeneratedAnswer answer =
          generator.generate(request, query -> List.of(), (d, v, s) -> null, limits, events::add);
      assertThat(answer.text()).isEqualTo("one two");
    }
  }
}
