package io.retort.web.docs;

import static java.util.stream.Collectors.joining;

import io.retort.web.docs.Page.Section;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.HtmlUtils;

/** What stands around a page's text. Nothing in it needs JavaScript. */
final class Frame {
  private final Documentation site;

  Frame(Documentation site) {
    this.site = site;
  }

  String page(Page page) {
    return frame(page.title(), page, "", page.html() + turns(page), contents(page));
  }

  /** The sections that hold the words of a query. */
  String found(String query) {
    List<Search.Hit> hits = Search.of(site.pages(), query);
    String count =
        switch (hits.size()) {
          case 0 -> "Nothing was found. Fewer words, or the beginning of a word, find more.";
          case 1 -> "1 section";
          default -> hits.size() + " sections";
        };
    String html =
        """
        <h1>%s</h1>
        <p>%s</p>
        <ol class="hits">%s</ol>
        """
            .formatted(
                query.isEmpty() ? "Search" : "Search: " + escape(query),
                query.isEmpty() ? "What are you looking for?" : count,
                hits.stream().map(hit -> hit(hit, query)).collect(joining()));
    return frame("Search", null, query, html, "");
  }

  private static String hit(Search.Hit hit, String query) {
    Page page = hit.page();
    Section section = hit.section();
    boolean first = section.level() == 1;
    return """
        <li><a href="%s%s">%s%s</a>%s</li>
        """
        .formatted(
            page.address(),
            first ? "" : "#" + escape(section.id()),
            escape(page.title()),
            first ? "" : " › " + escape(section.heading()),
            hit.excerpt().isEmpty()
                ? ""
                : "<p>" + marked(hit.excerpt(), Search.marks(query)) + "</p>");
  }

  private static String marked(String text, Pattern words) {
    var html = new StringBuilder();
    int end = 0;
    for (Matcher matcher = words.matcher(text); matcher.find(); end = matcher.end()) {
      html.append(escape(text.substring(end, matcher.start())))
          .append("<mark>")
          .append(escape(matcher.group()))
          .append("</mark>");
    }
    return html.append(escape(text.substring(end))).toString();
  }

  private String frame(
      String title, @Nullable Page current, String query, String text, String contents) {
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>%s · Retort</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml">
        <script src="/assets/theme.js"></script>
        <link rel="stylesheet" href="/assets/retort.css">
        <link rel="stylesheet" href="/assets/docs.css">
        </head>
        <body class="docs">
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
        <a class="brand" href="/"><img src="/favicon.svg" width="24" height="24" alt=""><span>Retort</span></a>
        <a class="docs-home" href="/docs">Documentation</a>
        <a class="to-pages" href="#pages">All pages</a>
        <form action="/docs/search" role="search"><input type="search" name="q" value="%s" maxlength="100" aria-label="Search the documentation" placeholder="Search"></form>
        </header>
        <div class="docs-columns">
        <main id="content" tabindex="-1">
        %s</main>
        %s<nav id="pages" class="docs-pages" aria-label="Documentation">%s</nav>
        </div>
        </body>
        </html>
        """
        .formatted(escape(title), escape(query), text, contents, navigation(current));
  }

  private String navigation(@Nullable Page current) {
    return site.groups().stream()
        .map(
            group ->
                "<h2>%s</h2><ul>%s</ul>"
                    .formatted(
                        escape(group.title()),
                        group.entries().stream()
                            .map(entry -> entry(entry, current))
                            .collect(joining())))
        .collect(joining());
  }

  private static String entry(Documentation.Entry entry, @Nullable Page current) {
    String mark =
        current == null
            ? ""
            : current.address().equals(entry.address())
                ? " aria-current=\"page\""
                : current.address().startsWith(entry.address() + "/")
                    ? " aria-current=\"true\""
                    : "";
    return "<li><a href=\"%s\"%s>%s</a></li>"
        .formatted(entry.address(), mark, escape(entry.title()));
  }

  /**
   * The headings of a page; nothing where there are too few to choose from, and on the front page,
   * which is a list itself.
   */
  private static String contents(Page page) {
    List<Section> headings =
        page.sections().stream().filter(section -> section.level() == 2).toList();
    if (headings.size() < 2 || page.path().isEmpty()) {
      return "";
    }
    return """
        <nav class="docs-contents" aria-label="On this page"><h2>On this page</h2><ul>%s</ul></nav>
        """
        .formatted(
            headings.stream()
                .map(
                    section ->
                        "<li><a href=\"#%s\">%s</a></li>"
                            .formatted(escape(section.id()), escape(section.heading())))
                .collect(joining()));
  }

  private String turns(Page page) {
    return """
        <nav class="docs-turns" aria-label="Previous and next page">%s%s</nav>
        """
        .formatted(
            turn("prev", "Previous", site.before(page)), turn("next", "Next", site.after(page)));
  }

  private static String turn(String relation, String word, Documentation.@Nullable Entry to) {
    return to == null
        ? ""
        : "<a rel=\"%s\" href=\"%s\"><span>%s</span> %s</a>"
            .formatted(relation, to.address(), word, escape(to.title()));
  }

  private static String escape(String text) {
    return HtmlUtils.htmlEscape(text);
  }
}
