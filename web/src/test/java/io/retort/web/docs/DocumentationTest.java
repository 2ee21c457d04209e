package io.retort.web.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.web.docs.Documentation.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Link;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The documentation as it is in the program, and the files of the repository that it is made of.
 */
class DocumentationTest {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final Path DOCS = REPOSITORY.resolve("docs");
  private static final Documentation SITE = Documentation.bundled();

  static Collection<Page> pages() {
    return SITE.pages();
  }

  private static Map<String, String> files() throws IOException {
    var files = new TreeMap<String, String>();
    try (Stream<Path> all = Files.walk(DOCS)) {
      for (Path file : all.filter(path -> path.toString().endsWith(".md")).toList()) {
        files.put(DOCS.relativize(file).toString(), Files.readString(file));
      }
    }
    return files;
  }

  private static Document shown(Page page) {
    return Jsoup.parse(new Frame(SITE).page(page));
  }

  @Test
  void everyFileIsAPageAndInReadingOrder() throws IOException {
    assertThat(SITE.pages())
        .extracting(Page::path)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            files().keySet().stream().map(name -> new MarkdownFile(name, "").path()).toList());
  }

  @Test
  void everyFileButADecisionIsInTheNavigation() throws IOException {
    Set<String> listed =
        SITE.groups().stream()
            .flatMap(group -> group.entries().stream())
            .map(Documentation.Entry::address)
            .collect(Collectors.toSet());
    assertThat(files().keySet())
        .filteredOn(name -> !name.equals("README.md") && !name.matches("adr/\\d{4}-.*"))
        .extracting(name -> Page.addressOf(new MarkdownFile(name, "").path()))
        .allMatch(listed::contains);
    assertThat(listed).contains("/swagger-ui.html");
  }

  @Test
  void fromPageToPageTheReaderComesThroughAll() {
    var read = new ArrayList<Page>();
    for (Page page = page("/docs"); page != null; ) {
      read.add(page);
      Entry after = SITE.after(page);
      page = after == null ? null : page(after.address());
    }
    assertThat(read).containsExactlyElementsOf(SITE.pages());
    for (int i = 0; i < read.size(); i++) {
      Entry before = i == 0 ? null : new Entry(read.get(i - 1).address(), read.get(i - 1).title());
      assertThat(SITE.before(read.get(i))).isEqualTo(before);
    }
  }

  private static Page page(String address) {
    return SITE.page(address.replaceFirst("^/docs/?", "")).orElseThrow();
  }

  /** A reader of one page does not wait for the others. */
  @Test
  void aPageIsMadeWhenItIsAskedFor() {
    var site =
        new Documentation(
            Map.of(
                "README.md", "# A\n\n- [B](b.md)\n- [C](c/README.md)\n",
                "b.md", "# B\n\n`b`\n",
                "c/README.md", "# C\n",
                "c/d.md", "no title"));
    Page first = site.page("b").orElseThrow();
    assertThat(new Frame(site).page(first)).contains("<code>b</code>", "<span>Next</span> C");
    assertThat(site.page("b")).containsSame(first);
    assertThatThrownBy(() -> site.page("c")).hasMessageContaining("c/d.md has no title");
  }

  /** Links of one file that lead nowhere, on the site or in the repository. */
  private static List<String> deadLinks(
      Documentation site, Path folder, MarkdownFile file, Set<String> names) {
    var dead = new ArrayList<String>();
    file.parsed()
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(Link link) {
                String to = link.getDestination();
                String address = file.addressOf(to, names);
                if (address == null) {
                  Path target =
                      folder.resolve(file.name()).resolveSibling(to.replaceAll("#.*", ""));
                  if (!Files.exists(target)) {
                    dead.add(to);
                  }
                } else if (!address.startsWith("http") && !address.equals("/swagger-ui.html")) {
                  String own = Page.addressOf(file.path());
                  String whole = address.startsWith("#") ? own + address : address;
                  if (!leads(site, whole)) {
                    dead.add(to);
                  }
                }
              }
            });
    return dead;
  }

  /** Whether a page has this address, with the heading that stands after {@code #}. */
  private static boolean leads(Documentation site, String address) {
    String[] parts = address.split("#", 2);
    return site.page(parts[0].replaceFirst("^/docs/?", "")).stream()
        .anyMatch(
            page ->
                parts.length == 1
                    || page.sections().stream().anyMatch(s -> s.id().equals(parts[1])));
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Map<String, String> files = files();
    files.forEach(
        (name, text) ->
            assertThat(deadLinks(SITE, DOCS, new MarkdownFile(name, text), files.keySet()))
                .as(name)
                .isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"README.md", "CONTRIBUTING.md", "benchmarks/README.md"})
  void linksFromElsewhereIntoTheDocumentationLeadSomewhere(String file) throws IOException {
    Set<String> names =
        files().keySet().stream().map(name -> "docs/" + name).collect(Collectors.toSet());
    var dead = new ArrayList<String>();
    var from = new MarkdownFile(file, Files.readString(REPOSITORY.resolve(file)));
    from.parsed()
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(Link link) {
                String to = link.getDestination();
                String address = from.addressOf(to, names);
                boolean leads =
                    address == null
                        ? Files.exists(
                            REPOSITORY.resolve(file).resolveSibling(to.replaceAll("#.*", "")))
                        : !address.startsWith("/docs/")
                            || DocumentationTest.leads(
                                SITE, address.replaceFirst("^/docs/docs", "/docs"));
                if (!leads) {
                  dead.add(to);
                }
              }
            });
    assertThat(dead).isEmpty();
  }

  @Test
  void aDeadLinkIsNoticed() {
    var files =
        Map.of(
            "README.md", "# A\n\n- [B](b.md)\n",
            "b.md",
                "# B\n\n[a](c.md) [b](README.md#none) [c](#none) [d](#b) [e](../pom.xml) [f](README.md#a)\n");
    var site = new Documentation(files);
    assertThat(deadLinks(site, DOCS, new MarkdownFile("b.md", files.get("b.md")), files.keySet()))
        .containsExactly("c.md", "README.md#none", "#none");
    assertThatThrownBy(() -> new Documentation(Map.of("README.md", "# A\n\n- [B](b.md)\n")))
        .hasMessageContaining("b.md");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void whatIsShownLeadsOnlyWhereSomethingIs(Page page) {
    for (Element link : shown(page).select("a[href]")) {
      String to = link.attr("href");
      if (to.startsWith("/docs") || to.startsWith("#")) {
        boolean here = to.startsWith("#") && shown(page).getElementById(to.substring(1)) != null;
        assertThat(here || leads(SITE, to)).as("%s of %s", to, page.path()).isTrue();
      } else {
        assertThat(to).matches("/|/swagger-ui\\.html|https?://.*");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void aPageHasOneTitleAndHeadingsInSteps(Page page) {
    List<Integer> levels = page.sections().stream().map(Page.Section::level).toList();
    assertThat(levels).first().isEqualTo(1);
    for (int i = 1; i < levels.size(); i++) {
      assertThat(levels.get(i)).as(page.path()).isBetween(2, levels.get(i - 1) + 1);
    }
    var ids = new HashSet<String>();
    shown(page).select("[id]").forEach(e -> assertThat(ids.add(e.id())).as(e.id()).isTrue());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void aPageNeedsNoScriptAndKeepsThePolicy(Page page) {
    Document html = shown(page);
    assertThat(html.select("script"))
        .extracting(e -> e.attr("src"))
        .containsExactly("/assets/theme.js");
    assertThat(html.select("style, [style], iframe, object")).isEmpty();
    for (Element element : html.getAllElements()) {
      assertThat(element.attributes()).noneMatch(attribute -> attribute.getKey().startsWith("on"));
    }
    assertThat(html.body().text()).doesNotContain("<!--").doesNotContain("](");
  }

  @Test
  void markupAndUnsafeAddressesAreText() {
    var file =
        new MarkdownFile(
            "a.md",
            "# A <b>b</b>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) [y](data:text/html,z) <i>c</i>\n");
    Document html = Jsoup.parse(file.page(Set.of("a.md")).html());
    assertThat(html.select("script, b, i, a")).isEmpty();
    assertThat(html.text()).contains("<script>alert(1)</script>", "<i>c</i>", "x y");
  }

  @ParameterizedTest
  @CsvSource({
    "README.md, ''",
    "install.md, install",
    "adr/README.md, adr",
    "formats/model-graphs.md, formats/model-graphs"
  })
  void aFileHasOneAddress(String name, String path) {
    assertThat(new MarkdownFile(name, "").path()).isEqualTo(path);
  }

  @Test
  void headingsHaveTheAnchorsThatMarkdownHasElsewhere() {
    var file =
        new MarkdownFile("a.md", "# A, b & `c-d`!\n\n## The 2nd\n\n## The 2nd\n\n## Über_all\n");
    assertThat(file.page(Set.of()).sections())
        .extracting(Page.Section::id)
        .containsExactly("a-b--c-d", "the-2nd", "the-2nd-1", "über_all");
  }

  @Test
  void aSearchPutsHeadingsFirstAndFindsBeginnings() {
    List<Search.Hit> hits = Search.of(SITE.pages(), "reverse proxy");
    assertThat(hits.getFirst().section().id()).isEqualTo("reverse-proxy");
    assertThat(Search.of(SITE.pages(), "abstent")).isNotEmpty();
    assertThat(Search.of(SITE.pages(), "confidence").getFirst().page().path()).doesNotContain("/");
    assertThat(Search.of(SITE.pages(), "retort.answers.retention"))
        .extracting(hit -> hit.page().path())
        .contains("configuration");
    assertThat(Search.of(SITE.pages(), "proxy xyzzy")).isEmpty();
    assertThat(Search.of(SITE.pages(), " .. ?! ")).isEmpty();
  }

  @Test
  void whatWasSearchedForIsShownAsTextAndMarked() {
    var frame = new Frame(SITE);
    Document html = Jsoup.parse(frame.found("\"><script>alert(1)</script>"));
    assertThat(html.select("script")).hasSize(1);
    assertThat(html.selectFirst("input").attr("value")).isEqualTo("\"><script>alert(1)</script>");
    Document found = Jsoup.parse(frame.found("backup"));
    assertThat(found.select(".hits mark")).isNotEmpty();
    assertThat(found.select(".hits a"))
        .extracting(e -> e.attr("href"))
        .contains("/docs/operations#backup")
        .allMatch(to -> leads(SITE, to));
  }
}
