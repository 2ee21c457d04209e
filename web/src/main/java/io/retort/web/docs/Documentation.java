package io.retort.web.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.commonmark.node.BulletList;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * All pages. The front page, {@code docs/README.md}, is also the navigation: a heading begins a
 * group, a link at the beginning of a list's item is a page. What else lies in a folder with a
 * README is listed on that folder's page.
 */
final class Documentation {
  private static final String ROOT = "classpath:/docs/";
  private static final String FRONT = "README.md";

  private final List<Group> groups;

  /** In reading order. */
  private final Map<String, Page> pages = new LinkedHashMap<>();

  /** Pages of the navigation, in its order. */
  record Group(String title, List<Entry> entries) {}

  record Entry(String path, String title) {}

  /**
   * @param files by name, with the front page
   */
  Documentation(Map<String, String> files) {
    var sorted = new TreeMap<String, MarkdownFile>();
    files.forEach((name, text) -> sorted.put(name, new MarkdownFile(name, text)));
    MarkdownFile front = sorted.get(FRONT);
    if (front == null) {
      throw new IllegalArgumentException("there is no " + FRONT);
    }
    groups = groups(front, sorted);
    add(front, sorted);
    for (Group group : groups) {
      for (Entry entry : group.entries()) {
        sorted.values().stream()
            .filter(file -> file.path().equals(entry.path()))
            .forEach(file -> addWithFolder(file, sorted));
      }
    }
  }

  /** Those on the class path. */
  static Documentation bundled() {
    try {
      var resolver = new PathMatchingResourcePatternResolver();
      String front = resolver.getResource(ROOT + FRONT).getURL().toString();
      String root = front.substring(0, front.length() - FRONT.length());
      var files = new TreeMap<String, String>();
      for (Resource file : resolver.getResources(ROOT + "**/*.md")) {
        files.put(
            file.getURL().toString().substring(root.length()), file.getContentAsString(UTF_8));
      }
      return new Documentation(files);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Group> groups(MarkdownFile front, Map<String, MarkdownFile> files) {
    var groups = new ArrayList<Group>();
    String title = "";
    for (Node node = front.parsed().getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading heading) {
        title = MarkdownFile.textOf(heading);
      } else if (node instanceof BulletList list) {
        groups.add(new Group(title, entries(front, list, files)));
      }
    }
    return List.copyOf(groups);
  }

  private static List<Entry> entries(
      MarkdownFile front, BulletList list, Map<String, MarkdownFile> files) {
    var entries = new ArrayList<Entry>();
    for (Node item = list.getFirstChild(); item != null; item = item.getNext()) {
      Node words = item.getFirstChild();
      if (words == null || !(words.getFirstChild() instanceof Link link)) {
        throw new IllegalArgumentException(
            "an item of " + FRONT + " does not begin with a link: " + MarkdownFile.textOf(item));
      }
      String address = front.addressOf(link.getDestination(), files.keySet());
      if (address == null) {
        throw new IllegalArgumentException(
            FRONT + " lists " + link.getDestination() + ", which is no page");
      }
      entries.add(new Entry(address.replaceFirst("^/docs/?", ""), MarkdownFile.textOf(link)));
    }
    return List.copyOf(entries);
  }

  private void add(MarkdownFile file, Map<String, MarkdownFile> files) {
    pages.put(file.path(), file.page(files.keySet()));
  }

  private void addWithFolder(MarkdownFile file, Map<String, MarkdownFile> files) {
    String folder = file.folder();
    if (folder == null) {
      add(file, files);
      return;
    }
    List<MarkdownFile> others =
        files.values().stream()
            .filter(other -> other.name().startsWith(folder) && !other.equals(file))
            .toList();
    var list = new StringBuilder(file.markdown()).append('\n');
    for (MarkdownFile other : others) {
      list.append("- [%s](%s)\n".formatted(other.title(), other.name().substring(folder.length())));
    }
    add(new MarkdownFile(file.name(), list.toString()), files);
    others.forEach(other -> add(other, files));
  }

  List<Group> groups() {
    return groups;
  }

  /** In reading order. */
  Collection<Page> pages() {
    return pages.values();
  }

  Optional<Page> page(String path) {
    return Optional.ofNullable(pages.get(path));
  }

  /** The page before this one, in reading order; null if it is the first. */
  @Nullable Page before(Page page) {
    List<Page> order = List.copyOf(pages.values());
    int at = order.indexOf(page);
    return at < 1 ? null : order.get(at - 1);
  }

  /** The page after this one, in reading order; null if it is the last. */
  @Nullable Page after(Page page) {
    List<Page> order = List.copyOf(pages.values());
    int at = order.indexOf(page);
    return at + 1 == order.size() ? null : order.get(at + 1);
  }
}
