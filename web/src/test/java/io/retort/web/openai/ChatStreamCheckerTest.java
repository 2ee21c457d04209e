package io.retort.web.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A checker that finds nothing proves nothing: each rule is broken once. */
class ChatStreamCheckerTest {
  private static final String HEAD =
      "data: {'id':'chatcmpl-ans_1','object':'chat.completion.chunk','created':1,'model':'m',"
          + "'system_fingerprint':'f','choices':[";
  private static final String CHOICE = "{'index':0,'logprobs':null,'finish_reason':null,'delta':";
  private static final String ROLE =
      HEAD + CHOICE + "{'role':'assistant','content':''}}],'usage':null}\n\n";
  private static final String TEXT = HEAD + CHOICE + "{'content':'word'}}],'usage':null}\n\n";
  private static final String NOTES = HEAD + CHOICE + "{'annotations':[{}]}}],'usage':null}\n\n";
  private static final String END =
      HEAD
          + "{'index':0,'logprobs':null,'finish_reason':'stop','delta':{}}],'usage':null,"
          + "'citations':[],'retort':{}}\n\n";
  private static final String USAGE =
      HEAD + "],'usage':{'prompt_tokens':1,'completion_tokens':1,'total_tokens':2}}\n\n";
  private static final String DONE = "data: [DONE]\n\n";
  private static final String GOOD = ROLE + TEXT + ":\n\n" + TEXT + NOTES + END + USAGE + DONE;

  private static String json(String stream) {
    return stream.replace('\'', '"');
  }

  @Test
  void aGoodStreamIsRead() {
    var told = ChatStreamChecker.check(json(GOOD), true);
    assertThat(told.content()).isEqualTo("wordword");
    assertThat(told.finishReason()).isEqualTo("stop");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "done is missing | DONE |",
        "something after done | DONE | DONE+TEXT",
        "done twice | DONE | DONE+DONE",
        "no role | ROLE |",
        "the role is late | ROLE | TEXT+ROLE",
        "role twice | ROLE | ROLE+ROLE",
        "no finish reason | END |",
        "two finish reasons | END | END+END",
        "text after the finish reason | END | END+TEXT",
        "text after the annotations | NOTES | NOTES+TEXT",
        "annotations twice | NOTES | NOTES+NOTES",
        "no usage | USAGE |",
        "usage before the end | END+USAGE | USAGE+END",
        "an empty finish reason | 'finish_reason':null,'delta':{'content' | 'finish_reason':'','delta':{'content'",
        "another finish reason | 'stop' | 'content_filter'",
        "text beside a finish reason | 'stop','delta':{} | 'stop','delta':{'content':'x'}",
        "another id | chatcmpl-ans_1 | chatcmpl-ans_2",
        "another object | completion.chunk | completion",
        "another time | 'created':1 | 'created':2",
        "another model | 'model':'m' | 'model':'n'",
        "an event name | data: {'id' | event: x\\ndata: {'id'",
        "a usage that is not asked for | 'usage':null | 'usage':{}",
      })
  void aBrokenRuleIsFound(String rule, String part, String broken) {
    String bad =
        GOOD.replaceFirst(
            java.util.regex.Pattern.quote(named(part)),
            java.util.regex.Matcher.quoteReplacement(broken == null ? "" : named(broken)));
    assertThat(bad).as(rule).isNotEqualTo(GOOD);
    assertThatThrownBy(() -> ChatStreamChecker.check(json(bad), true))
        .as(rule)
        .isInstanceOfAny(AssertionError.class, tools.jackson.core.JacksonException.class);
  }

  private static String named(String parts) {
    return parts
        .replace("\\n", "\n")
        .replace("DONE+DONE", DONE + DONE)
        .replace("DONE+TEXT", DONE + TEXT)
        .replace("TEXT+ROLE", TEXT + ROLE)
        .replace("ROLE+ROLE", ROLE + ROLE)
        .replace("END+END", END + END)
        .replace("END+TEXT", END + TEXT)
        .replace("END+USAGE", END + USAGE)
        .replace("USAGE+END", USAGE + END)
        .replace("NOTES+TEXT", NOTES + TEXT)
        .replace("NOTES+NOTES", NOTES + NOTES)
        .replaceFirst("^DONE$", DONE)
        .replaceFirst("^ROLE$", ROLE)
        .replaceFirst("^END$", END)
        .replaceFirst("^NOTES$", NOTES)
        .replaceFirst("^USAGE$", USAGE);
  }

  @Test
  void aUsageThatNobodyAskedForIsFound() {
    assertThatThrownBy(() -> ChatStreamChecker.check(json(GOOD), false))
        .isInstanceOf(AssertionError.class);
  }
}
