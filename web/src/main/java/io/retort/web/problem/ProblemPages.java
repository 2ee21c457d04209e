package io.retort.web.problem;

import java.util.Arrays;
import java.util.Optional;
import org.springframework.web.util.HtmlUtils;

/** The help page of each problem code, to which the {@code type} of a problem leads. */
public final class ProblemPages {
  private ProblemPages() {}

  /** HTML without scripts; empty for a code that does not exist. */
  public static Optional<String> page(String code) {
    return Arrays.stream(ProblemCode.values())
        .filter(c -> c.code().equals(code))
        .findFirst()
        .map(ProblemPages::html);
  }

  private static String html(ProblemCode code) {
    return """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>%s</title><link rel="stylesheet" href="/assets/retort.css"></head>
        <body><main class="login">
        <h1>%s</h1>
        <p><code>%s</code>, status %d</p>
        <p>%s</p>
        </main></body>
        </html>
        """
        .formatted(
            HtmlUtils.htmlEscape(code.title()),
            HtmlUtils.htmlEscape(code.title()),
            code.code(),
            code.status(),
            HtmlUtils.htmlEscape(code.advice()));
  }
}
