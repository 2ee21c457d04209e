package io.retort.web.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.retort.data.TextSpan;
import io.retort.web.answers.AnswerView.CitationView;
import io.retort.web.answers.AnswerView.TokenView;
import io.retort.web.search.NeighbourView;
import io.swagger.v3.oas.annotations.media.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer as a chat completion. Offsets count code points.
 *
 * @param created in seconds since 1970
 */
record ChatCompletion(
    String id,
    String object,
    long created,
    String model,
    String systemFingerprint,
    List<Choice> choices,
    ChatUsage usage,
    List<CitationView> citations,
    Extension retort) {

  @Schema(name = "ChatChoice")
  record Choice(
      int index,
      @Schema(allowableValues = {"stop", "length"}) String finishReason,
      @Nullable Logprobs logprobs,
      Reply message) {}

  @Schema(name = "ChatReply")
  record Reply(
      String role, String content, @Nullable String refusal, List<Annotation> annotations) {}

  @Schema(name = "ChatAnnotation")
  record Annotation(String type, UrlCitation urlCitation) {
    /** The words of the answer that the citation stands for, with the address of their source. */
    static Annotation of(CitationView citation, String base) {
      String url = citation.url().startsWith("/") ? base + citation.url() : citation.url();
      TextSpan words = citation.answerSpan();
      return new Annotation(
          "url_citation", new UrlCitation(words.start(), words.end(), citation.title(), url));
    }
  }

  record UrlCitation(int startIndex, int endIndex, String title, String url) {}

  @Schema(name = "ChatLogprobs")
  record Logprobs(List<TokenLogprob> content, @Nullable List<TokenLogprob> refusal) {
    static Logprobs of(List<TokenView> tokens) {
      return new Logprobs(tokens.stream().map(TokenLogprob::of).toList(), null);
    }
  }

  record TokenLogprob(
      String token, double logprob, List<Integer> bytes, List<TokenLogprob> topLogprobs) {
    static TokenLogprob of(TokenView token) {
      var bytes = new ArrayList<Integer>();
      for (byte b : token.text().getBytes(StandardCharsets.UTF_8)) {
        bytes.add(Byte.toUnsignedInt(b));
      }
      return new TokenLogprob(token.text(), token.logprob(), bytes, List.of());
    }
  }

  record ChatUsage(int promptTokens, int completionTokens, int totalTokens) {}

  /**
   * What OpenAI has no place for.
   *
   * @param ignored names in the request that were of no effect
   * @param tokens only if asked for
   * @param neighbours only if their text or scores were asked for
   */
  @Schema(name = "ChatRetort")
  record Extension(
      String answerId,
      boolean abstained,
      @Nullable String reason,
      double confidence,
      List<TextSpan> unsupported,
      List<String> ignored,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<TokenView> tokens,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<NeighbourView> neighbours) {}
}
