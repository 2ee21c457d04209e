package io.retort.indexer.parse.markdown;

import io.retort.indexer.parse.DocumentParser;
import io.retort.indexer.parse.DocumentRefusedException;
import io.retort.indexer.parse.FlowText;
import io.retort.indexer.parse.SourceFile;
import io.retort.indexer.parse.TextSink;
import io.retort.indexer.parse.html.HtmlText;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Block;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.jsoup.Jsoup;
import org.jspecify.annotations.Nullable;

/**
 * Markdown as its reader sees it: the words stay, in code and links, too, the marks go. The title
 * is that of the front matter, else the first heading.
 */
public final class MarkdownParser implements DocumentParser {
  /** Blocks and inlines nested deeper are taken as plain text, which keeps hostile files linear. */
  private static final int DEPTH = 100;

  private static final int FRONT_MATTER_LINES = 200;

  private final Parser parser =
      Parser.builder()
          .extensions(List.of(TablesExtension.create()))
          .maxOpenBlockParsers(DEPTH)
          .maxInlineNesting(DEPTH)
          .build();

  @Override
  public Set<String> mediaTypes() {
    return Set.of("text/markdown");
  }

  @Override
  public void parse(SourceFile source, TextSink sink) throws IOException, DocumentRefusedException {
    Charset charset = source.charset() == null ? StandardCharsets.UTF_8 : source.charset();
    String markdown = withoutMark(new String(Files.readAllBytes(source.path()), charset));
    int body = frontMatterEnd(markdown);
    String title = frontMatterTitle(markdown.substring(0, body));
    Node document = parser.parse(markdown.substring(body));
    if (title == null) {
      title = firstHeading(document);
    }
    if (title != null) {
      sink.title(title);
    }
    new Words(sink).write(document);
  }

  private static String withoutMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** Where the text begins after a block of {@code ---} lines at the very start, 0 without one. */
  private static int frontMatterEnd(String markdown) {
    if (!markdown.startsWith("---\n") && !markdown.startsWith("---\r\n")) {
      return 0;
    }
    int at = markdown.indexOf('\n') + 1;
    for (int line = 0; line < FRONT_MATTER_LINES && at > 0; line++) {
      int end = markdown.indexOf('\n', at);
      String words = (end < 0 ? markdown.substring(at) : markdown.substring(at, end)).strip();
      if (words.equals("---") || words.equals("...")) {
        return end < 0 ? markdown.length() : end + 1;
      }
      at = end + 1;
    }
    return 0;
  }

  private static @Nullable String frontMatterTitle(String frontMatter) {
    return frontMatter
        .lines()
        .filter(line -> line.startsWith("title:"))
        .map(line -> line.substring("title:".length()).strip())
        .map(title -> title.replaceAll("^([\"'])(.*)\\1$", "$2"))
        .filter(title -> !title.isEmpty())
        .findFirst()
        .orElse(null);
  }

  private static @Nullable String firstHeading(Node document) {
    for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading) {
        var words = new StringBuilder();
        for (Node at = node.getFirstChild(); at != null; at = after(at, node, true)) {
          words.append(
              switch (at) {
                case Text text -> text.getLiteral();
                case Code code -> code.getLiteral();
                case SoftLineBreak ignored -> " ";
                case HardLineBreak ignored -> " ";
                default -> "";
              });
        }
        String title = words.toString().strip();
        return title.isEmpty() ? null : title;
      }
    }
    return null;
  }

  /** The next node in the order of the text, null when {@code root} is left. */
  private static @Nullable Node after(Node node, Node root, boolean downwards) {
    if (downwards && node.getFirstChild() != null) {
      return node.getFirstChild();
    }
    Node at = node;
    while (!at.equals(root) && at.getNext() == null) {
      at = at.getParent();
    }
    return at.equals(root) ? null : at.getNext();
  }

  /** Walks without recursion, as deep as the file may nest. */
  private static final class Words {
    private final TextSink sink;
    private final FlowText flow;

    Words(TextSink sink) {
      this.sink = sink;
      this.flow = new FlowText(sink);
    }

    void write(Node root) {
      Node at = root;
      while (true) {
        enter(at);
        if (at.getFirstChild() != null) {
          at = at.getFirstChild();
          continue;
        }
        leave(at);
        while (!at.equals(root) && at.getNext() == null) {
          at = at.getParent();
          leave(at);
        }
        if (at.equals(root)) {
          return;
        }
        at = at.getNext();
      }
    }

    private void enter(Node node) {
      switch (node) {
        case Heading heading -> flow.beginHeading(heading.getLevel());
        case FencedCodeBlock code -> code(code.getLiteral());
        case IndentedCodeBlock code -> code(code.getLiteral());
        case HtmlBlock html -> {
          flow.paragraph();
          new HtmlText(sink, flow).write(Jsoup.parseBodyFragment(html.getLiteral()).body());
          flow.paragraph();
        }
        case HtmlInline html -> {
          if (html.getLiteral().regionMatches(true, 0, "<br", 0, 3)) {
            flow.line();
          }
        }
        case ListItem ignored -> flow.line();
        case TableRow ignored -> flow.line();
        case TableCell ignored -> flow.cell();
        case Text text -> flow.words(text.getLiteral());
        case Code code -> flow.verbatim(code.getLiteral());
        case SoftLineBreak ignored -> flow.words(" ");
        case HardLineBreak ignored -> flow.line();
        case Image ignored -> sink.pictures();
        case TableBlock ignored -> flow.paragraph();
        case Block ignored -> block(node);
        default -> {}
      }
    }

    private void leave(Node node) {
      if (node instanceof Heading) {
        flow.endHeading();
      } else if (node instanceof Block) {
        block(node);
      }
    }

    /** Blocks part with a blank line, but not the paragraphs of a tight list's items. */
    private void block(Node node) {
      boolean inItem = node.getParent() instanceof ListItem || node instanceof ListItem;
      if (inItem) {
        flow.line();
      } else if (!(node instanceof TableCell) && !(node instanceof TableRow)) {
        flow.paragraph();
      }
    }

    private void code(String literal) {
      flow.paragraph();
      flow.verbatim(literal.stripTrailing());
      flow.paragraph();
    }
  }
}
