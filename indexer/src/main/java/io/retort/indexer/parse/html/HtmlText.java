package io.retort.indexer.parse.html;

import io.retort.indexer.ParsedDocument;
import io.retort.indexer.parse.FlowText;
import io.retort.indexer.parse.TextSink;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;
import org.jsoup.select.NodeTraversor;

/** The words of HTML elements, with the line ends that a browser would show. */
public final class HtmlText implements NodeFilter {
  private static final Set<String> WITHOUT_WORDS =
      Set.of("script", "style", "template", "head", "iframe", "object", "noframes", "datalist");

  private static final Set<String> PARAGRAPHS =
      Set.of(
          "p",
          "pre",
          "blockquote",
          "ul",
          "ol",
          "dl",
          "table",
          "figure",
          "form",
          "fieldset",
          "hr",
          "article",
          "section",
          "aside",
          "nav",
          "header",
          "footer",
          "main",
          "address",
          "details");

  private static final Set<String> LINES =
      Set.of(
          "div",
          "li",
          "dt",
          "dd",
          "tr",
          "caption",
          "figcaption",
          "summary",
          "legend",
          "option",
          "center",
          "body",
          "optgroup",
          "textarea",
          "title",
          "desc");

  private static final Pattern HIDING =
      Pattern.compile(
          "display\\s*:\\s*none|visibility\\s*:\\s*hidden|font-size\\s*:\\s*0(?![.\\d])"
              + "|opacity\\s*:\\s*0(?![.\\d])");

  private final TextSink sink;
  private final FlowText flow;
  private int preformatted;
  private boolean hiddenSeen;

  public HtmlText(TextSink sink, FlowText flow) {
    this.sink = sink;
    this.flow = flow;
  }

  public void write(Element root) {
    NodeTraversor.filter(this, root);
  }

  @Override
  public FilterResult head(Node node, int depth) {
    if (node instanceof TextNode text) {
      if (preformatted > 0) {
        flow.verbatim(text.getWholeText());
      } else {
        flow.words(text.getWholeText());
      }
      return FilterResult.CONTINUE;
    }
    if (!(node instanceof Element element)) {
      return FilterResult.SKIP_ENTIRELY;
    }
    String name = element.normalName();
    if (WITHOUT_WORDS.contains(name)) {
      return FilterResult.SKIP_ENTIRELY;
    }
    if (!hiddenSeen && isHidden(element) && element.hasText()) {
      hiddenSeen = true;
      sink.warning(ParsedDocument.HIDDEN_TEXT);
    }
    gap(name);
    if (headingLevel(name) > 0) {
      flow.beginHeading(headingLevel(name));
    } else if (name.equals("pre")) {
      preformatted++;
    } else if (name.equals("td") || name.equals("th")) {
      flow.cell();
    } else if (name.equals("br")) {
      flow.line();
    } else if (name.equals("img")) {
      sink.pictures();
    }
    return FilterResult.CONTINUE;
  }

  @Override
  public FilterResult tail(Node node, int depth) {
    if (node instanceof Element element) {
      String name = element.normalName();
      if (headingLevel(name) > 0) {
        flow.endHeading();
      } else if (name.equals("pre")) {
        preformatted--;
      }
      gap(name);
    }
    return FilterResult.CONTINUE;
  }

  private void gap(String name) {
    if (PARAGRAPHS.contains(name)) {
      flow.paragraph();
    } else if (LINES.contains(name)) {
      flow.line();
    }
  }

  private static int headingLevel(String name) {
    boolean heading = name.length() == 2 && name.charAt(0) == 'h';
    int level = heading ? name.charAt(1) - '0' : 0;
    return level >= 1 && level <= 6 ? level : 0;
  }

  private static boolean isHidden(Element element) {
    return element.hasAttr("hidden")
        || (element.hasAttr("style")
            && HIDING.matcher(element.attr("style").toLowerCase(Locale.ROOT)).find());
  }
}
