package io.retort.web.docs;

import static java.util.Objects.requireNonNull;

import io.retort.web.docs.Page.Section;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Block;
import org.commonmark.node.Code;
import org.commonmark.node.CustomBlock;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.AttributeProvider;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jspecify.annotations.Nullable;

/**
 * One file of the documentation. It reads on the site as where Markdown is shown by others: the
 * same links lead to the same places, and headings have the same anchors.
 *
 * @param name below the folder, as {@code adr/README.md}
 */
record MarkdownFile(String name, String markdown) {
  private static final String FRONT = "README.md";
  private static final String DESCRIPTION = "openapi.json";
  private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());
  private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();

  /** {@code install.md} is {@code install}, and the README of a folder is the folder's page. */
  String path() {
    String path = name.endsWith(FRONT) ? name.replaceAll("/?README\\.md$", "") : name;
    return path.replaceAll("\\.md$", "");
  }

  /** The folder whose front page this is; null for any other page. */
  @Nullable String folder() {
    return name.endsWith("/" + FRONT) ? name.substring(0, name.length() - FRONT.length()) : null;
  }

  Node parsed() {
    return PARSER.parse(markdown);
  }

  /** Read without the rest: others than this page's readers are shown it too. */
  String title() {
    String line =
        markdown
            .lines()
            .filter(candidate -> candidate.startsWith("# "))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(name + " has no title"));
    return textOf(PARSER.parse(line));
  }

  /**
   * @param names of all files
   */
  Page page(Set<String> names) {
    Node document = parsed();
    Map<Node, String> ids = identify(document);
    List<Section> sections = sections(document, ids);
    adapt(document, names, ids);
    HtmlRenderer renderer =
        HtmlRenderer.builder()
            .extensions(EXTENSIONS)
            .escapeHtml(true)
            .attributeProviderFactory(_ -> attributes(ids))
            .nodeRendererFactory(WideRenderer::new)
            .build();
    return new Page(path(), title(), renderer.render(document), sections);
  }

  private static Map<Node, String> identify(Node document) {
    var ids = new IdentityHashMap<Node, String>();
    var seen = new HashMap<String, Integer>();
    document.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Heading heading) {
            String id =
                textOf(heading)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            int before = seen.merge(id, 1, Integer::sum) - 1;
            ids.put(heading, before == 0 ? id : id + "-" + before);
          }
        });
    return ids;
  }

  private static List<Section> sections(Node document, Map<Node, String> ids) {
    var sections = new ArrayList<Section>();
    Heading heading = null;
    var text = new StringBuilder();
    for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading next) {
        if (heading != null) {
          sections.add(section(heading, ids, text));
        }
        heading = next;
        text.setLength(0);
      } else {
        collect(node, text);
      }
    }
    if (heading != null) {
      sections.add(section(heading, ids, text));
    }
    return sections;
  }

  private static Section section(Heading heading, Map<Node, String> ids, StringBuilder text) {
    return new Section(
        heading.getLevel(),
        requireNonNull(ids.get(heading)),
        textOf(heading),
        text.toString().strip().replaceAll("\\s+", " "));
  }

  /** Makes of the parsed file what the site shows. */
  private void adapt(Node document, Set<String> names, Map<Node, String> ids) {
    document.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Heading heading) {
            if (heading.getLevel() > 1) {
              adopt(new Link("#" + ids.get(heading), null), heading);
            }
          }

          @Override
          public void visit(Link link) {
            String address = addressOf(link.getDestination(), names);
            if (address == null) {
              while (link.getFirstChild() != null) {
                link.insertBefore(link.getFirstChild());
              }
              link.unlink();
            } else {
              link.setDestination(address);
            }
          }

          @Override
          public void visit(HtmlBlock html) {
            if (html.getLiteral().startsWith("<!--")) {
              html.unlink(); // marks for those who write the file
            }
          }

          @Override
          public void visit(CustomBlock block) {
            if (block instanceof TableBlock) {
              var wide = new Wide();
              block.insertBefore(wide);
              wide.appendChild(block);
            }
            visitChildren(block);
          }
        });
  }

  private static void adopt(Link link, Heading heading) {
    while (heading.getFirstChild() != null) {
      link.appendChild(heading.getFirstChild());
    }
    heading.appendChild(link);
  }

  /**
   * Where a link leads on the site; null if it leads to a file that is not documentation, such as
   * one of the sources. The API's description is not, but the service shows it as a page.
   */
  @Nullable String addressOf(String destination, Set<String> names) {
    if (destination.startsWith("#") || destination.matches("https?://.*")) {
      return destination;
    }
    int hash = destination.indexOf('#');
    String target = hash < 0 ? destination : destination.substring(0, hash);
    String file = URI.create(name).resolve(target).normalize().toString();
    if (file.equals(DESCRIPTION)) {
      return Page.REFERENCE;
    }
    for (String candidate : List.of(file, file.replaceAll("/$", "") + "/" + FRONT)) {
      if (names.contains(candidate)) {
        return Page.addressOf(new MarkdownFile(candidate, "").path())
            + (hash < 0 ? "" : destination.substring(hash));
      }
    }
    return null;
  }

  private static AttributeProvider attributes(Map<Node, String> ids) {
    return (node, tag, attributes) -> {
      if (node instanceof Heading) {
        attributes.put("id", ids.get(node));
      } else if (node instanceof FencedCodeBlock && tag.equals("pre")) {
        attributes.put("tabindex", "0"); // what can be scrolled can be reached by keyboard
      } else if (node instanceof TableCell) {
        attributes.remove("align");
      }
    };
  }

  static String textOf(Node node) {
    var text = new StringBuilder();
    collect(node, text);
    return text.toString().strip();
  }

  private static void collect(Node node, StringBuilder into) {
    switch (node) {
      case Text text -> into.append(text.getLiteral());
      case Code code -> into.append(code.getLiteral());
      case FencedCodeBlock code -> into.append(code.getLiteral());
      default -> {
        for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
          collect(child, into);
        }
        if (node instanceof Block || node.getFirstChild() == null || node instanceof TableCell) {
          into.append(' ');
        }
      }
    }
  }

  /** A table that may be wider than a phone, in a box that scrolls. */
  private static final class Wide extends CustomBlock {}

  private record WideRenderer(HtmlNodeRendererContext context) implements NodeRenderer {
    @Override
    public Set<Class<? extends Node>> getNodeTypes() {
      return Set.of(Wide.class);
    }

    @Override
    public void render(Node wide) {
      context.getWriter().tag("div", Map.of("class", "scroll-x", "tabindex", "0"));
      for (Node child = wide.getFirstChild(); child != null; child = child.getNext()) {
        context.render(child);
      }
      context.getWriter().tag("/div");
    }
  }
}
