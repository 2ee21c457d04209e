package io.retort.web.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.commonmark.node.BulletList;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * All pages, each made when it is first asked for, and kept. The front page, {@code
 * docs/README.md}, is also the navigation: a heading begins a group, a link at the beginning of a
 * list's item is a page. What else lies in a folder with a README is listed on that folder's page.
 * Safe for use by many threads.
 */
final class Documentation {
  private static final String ROOT = "classpath:/docs/";
  private static final String FRONT = "README.md";

  private final Map<String, MarkdownFile> files = new TreeMap<>();
  private final List<Group> groups;

  /** The names of files in reading order, by the paths of their pages. */
  private final Map<String, String> order = new LinkedHashMap<>();

  private final Map<String, Page> pages = new ConcurrentHashMap<>();

  /** Pages of the navigation, in its order. */
  record Group(String title, List<Entry> entries) {}

  /** A page as a link to it is shown. */
  record Entry(String address, String title) {}

  /**
   * @param texts of the files by name, with the front page
   */
  Documentation(Map<String, String> texts) {
    texts.forEach((name, text) -> files.put(name, new MarkdownFile(name, text)));
    MarkdownFile front = files.get(FRONT);
    if (front == null) {
      throw new IllegalArgumentException("there is no " + FRONT);
    }
    groups = groups(front);
    order.put(front.path(), front.name());
    for (Group group : groups) {
      for (Entry entry : group.entries()) {
        files.values().stream()
            .filter(file -> Page.addressOf(file.path()).equals(entry.address()))
            .forEach(this::addWithFolder);
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

  private List<Group> groups(MarkdownFile front) {
    var found = new ArrayList<Group>();
    String title = "";
    for (Node node = front.parsed().getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading heading) {
        title = MarkdownFile.textOf(heading);
      } else if (node instanceof BulletList list) {
        found.add(new Group(title, entries(front, list)));
      }
    }
    return List.copyOf(found);
  }

  private List<Entry> entries(MarkdownFile front, BulletList list) {
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
      entries.add(new Entry(address, MarkdownFile.textOf(link)));
    }
    return List.copyOf(entries);
  }

  private void addWithFolder(MarkdownFile file) {
    order.put(file.path(), file.name());
    others(file).forEach(other -> order.put(other.path(), other.name()));
  }

  /** What lies in the folder whose front page this is. */
  private List<MarkdownFile> others(MarkdownFile file) {
    String folder = file.folder();
    return folder == null
        ? List.of()
        : files.values().stream()
            .filter(other -> other.name().startsWith(folder) && !other.equals(file))
            .toList();
  }

  private Page make(MarkdownFile file) {
    String folder = file.folder();
    if (folder == null) {
      return file.page(files.keySet());
    }
    var list = new StringBuilder(file.markdown()).append('\n');
    for (MarkdownFile other : others(file)) {
      list.append("- [%s](%s)\n".formatted(other.title(), other.name().substring(folder.length())));
    }
    return new MarkdownFile(file.name(), list.toString()).page(files.keySet());
  }

  List<Group> groups() {
    return groups;
  }

  /** All of them, in reading order. */
  List<Page> pages() {
    return order.keySet().stream().map(path -> page(path).orElseThrow()).toList();
  }

  Optional<Page> page(String path) {
    return Optional.ofNullable(order.get(path))
        .map(name -> pages.computeIfAbsent(path, _ -> make(file(name))));
  }

  private MarkdownFile file(String name) {
    return requireNonNull(files.get(name), name);
  }

  /** The page before this one, in reading order; null if it is the first. */
  @Nullable Entry before(Page page) {
    return beside(page, -1);
  }

  /** The page after this one, in reading order; null if it is the last. */
  @Nullable Entry after(Page page) {
    return beside(page, 1);
  }

  private @Nullable Entry beside(Page page, int step) {
    List<String> paths = List.copyOf(order.keySet());
    int at = paths.indexOf(page.path()) + step;
    if (at < 0 || at == paths.size()) {
      return null;
    }
    MarkdownFile file = file(requireNonNull(order.get(paths.get(at))));
    return new Entry(Page.addressOf(file.path()), file.title());
  }
}
