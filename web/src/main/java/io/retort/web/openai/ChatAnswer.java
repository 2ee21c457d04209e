package io.retort.web.openai;

import static java.util.Objects.requireNonNullElse;

import io.retort.web.answers.AnswerInclude;
import io.retort.web.answers.AnswerView;
import io.retort.web.openai.ChatCompletion.Annotation;
import io.retort.web.openai.ChatCompletion.ChatUsage;
import io.retort.web.openai.ChatCompletion.Choice;
import io.retort.web.openai.ChatCompletion.Extension;
import io.retort.web.openai.ChatCompletion.Logprobs;
import io.retort.web.openai.ChatCompletion.Reply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finished answer in the words of a chat, whole or as the end of a stream.
 *
 * @param base of relative addresses: scheme, host and port
 */
record ChatAnswer(AnswerView view, ChatQuestion question, boolean logprobs, String base) {
  private static final String NOTHING_FOUND = "I found nothing about this in these documents.";
  private static final String NOTHING_CERTAIN =
      "I found related passages, but no answer I can stand behind.";

  /** Whether a message of ours says that there is no answer. */
  static boolean isNone(String content) {
    return content.equals(NOTHING_FOUND) || content.equals(NOTHING_CERTAIN);
  }

  static String id(String answerId) {
    return "chatcmpl-" + answerId;
  }

  ChatCompletion completion(String model) {
    var reply = new Reply("assistant", content(), null, annotations());
    return new ChatCompletion(
        id(view.id()),
        "chat.completion",
        view.createdAt().getEpochSecond(),
        model,
        view.model().fingerprint(),
        List.of(new Choice(0, finishReason(), tokenLogprobs(), reply)),
        usage(),
        view.citations(),
        extension());
  }

  /** The answer; where there is none, the sentence that says so, which is no word of the model. */
  String content() {
    if (!view.abstained()) {
      return requireNonNullElse(view.answer(), "");
    }
    return "no_relevant_passage".equals(view.reason()) ? NOTHING_FOUND : NOTHING_CERTAIN;
  }

  private @Nullable Logprobs tokenLogprobs() {
    return logprobs && !view.abstained() && view.tokens() != null
        ? Logprobs.of(view.tokens())
        : null;
  }

  List<Annotation> annotations() {
    return view.citations().stream().map(citation -> Annotation.of(citation, base)).toList();
  }

  /** What was cut off by a limit, of time too, has the one word that clients know for it. */
  String finishReason() {
    return view.partial() ? "length" : "stop";
  }

  ChatUsage usage() {
    int prompt = view.usage().promptTokens();
    int generated = view.usage().generatedTokens();
    return new ChatUsage(prompt, generated, prompt + generated);
  }

  Extension extension() {
    boolean neighbours =
        question.shown().contains(AnswerInclude.NEIGHBOUR_TEXT)
            || question.shown().contains(AnswerInclude.RAW_SCORES);
    return new Extension(
        view.id(),
        view.abstained(),
        view.reason(),
        view.confidence(),
        view.unsupported(),
        question.ignored(),
        question.shown().contains(AnswerInclude.TOKENS) ? view.tokens() : null,
        neighbours ? view.neighbours() : null);
  }
}
