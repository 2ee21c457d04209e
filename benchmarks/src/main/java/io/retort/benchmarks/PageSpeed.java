package io.retort.benchmarks;

import io.retort.benchmarks.Questions.Question;
import io.retort.web.browser.Chromium;
import io.retort.web.browser.Tab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The pages of a running service in a headless Chromium, light and without a cache: what each
 * transfers and when it is painted, and whether an answer that comes word by word moves anything
 * that stands there already. {@code run-pages.sh} starts a service for it.
 */
public final class PageSpeed {
  /** Notes what moves, and each text that an answer was shown with on its way. */
  private static final String NOTES =
      """
      window.moves = [];
      new PerformanceObserver(list => {
        for (const shift of list.getEntries()) {
          const what = shift.sources.map(({node, previousRect: from, currentRect: to}) =>
              `${node?.className || node?.nodeName} ${from.x},${from.y} to ${to.x},${to.y}`);
          moves.push({at: shift.startTime, value: shift.value, what});
        }
      }).observe({type: 'layout-shift', buffered: true});
      window.stages = new Set();
      new MutationObserver(() => {
        const answer = document.querySelector('.turn:last-of-type[aria-busy=true] .answer');
        if (answer) stages.add(answer.textContent);
      }).observe(document, {subtree: true, childList: true, characterData: true});
      """;

  /** With an answer, which may take long on a machine that does something else. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String PDF_LIBRARY = "/pdfjs-dist/";

  private final Chromium browser;
  private final String url;
  private final Figures figures;

  private PageSpeed(Chromium browser, String url, Figures figures) {
    this.browser = browser;
    this.url = url;
    this.figures = figures;
  }

  public static void main(String[] arguments) throws Exception {
    var flags =
        new Flags(
            arguments,
            Set.of(
                "url",
                "login-file",
                "collection",
                "questions",
                "limit",
                "style",
                "loads",
                "expected"));
    Path program =
        Chromium.installed()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no Chromium on the path, and RETORT_CHROMIUM names none"));
    List<Question> questions =
        Questions.read(flags.required("questions")).answerable().sample(flags.number("limit", 6));
    String login = Files.readString(Path.of(flags.required("login-file"))).strip();
    int loads = flags.number("loads", 7);
    var figures = new Figures();
    Path profile = Files.createTempDirectory("retort-pages").resolve("profile");
    Files.createDirectory(profile);
    try (Chromium browser = Chromium.start(program, profile)) {
      String url = flags.required("url");
      var speed = new PageSpeed(browser, url, figures);
      speed.load("login", "/login", loads);
      String collection = flags.text("collection", "sample");
      String document = speed.enter(login, collection);
      String answer = speed.answers(collection, flags.text("style", "paragraph"), questions);
      for (Map.Entry<String, String> page : pages(collection, document, answer).entrySet()) {
        speed.load(page.getKey(), page.getValue(), loads);
      }
    }
    System.exit(figures.meet(flags.path("expected")) ? 0 : 3);
  }

  private static Map<String, String> pages(String collection, String document, String answer) {
    var pages = new LinkedHashMap<String, String>();
    pages.put("ask", "/");
    pages.put("answer", answer);
    pages.put("collections", "/collections");
    pages.put("documents", "/collections/" + collection);
    pages.put("document", "/documents/" + document);
    pages.put("history", "/history");
    pages.put("jobs", "/jobs");
    pages.put("evaluations", "/evaluations");
    pages.put("admin", "/admin");
    pages.put("docs", "/docs");
    pages.put("docs_configuration", "/docs/configuration");
    return pages;
  }

  private Tab tab() {
    Tab tab = browser.tab(1280, 800);
    tab.colours("light");
    tab.withoutCache();
    tab.beforeEveryPage(NOTES);
    return tab;
  }

  /** Logs the browser in; the id of a document to look at. */
  private String enter(String login, String collection) {
    try (Tab tab = tab()) {
      tab.open(login);
      tab.until("document.querySelector('textarea[name=question]:not([disabled])')");
      return tab.text(
          "fetch('/api/v1/collections/%s/documents?limit=1').then(r => r.json()).then(d =>"
                  .formatted(collection)
              + " d.items[0].id)");
    }
  }

  private void load(String name, String path, int loads) throws InterruptedException {
    List<Double> kilobytes = new ArrayList<>();
    List<Double> paints = new ArrayList<>();
    List<Double> contents = new ArrayList<>();
    List<Double> moved = new ArrayList<>();
    int requests = 0;
    for (int i = 0; i < loads; i++) {
      try (Tab tab = tab()) {
        tab.open(url + path);
        tab.until("document.querySelector('h1')");
        tab.untilQuiet();
        List<Tab.Received> received =
            tab.received().stream().filter(r -> !r.url().contains(PDF_LIBRARY)).toList();
        requests = received.size();
        kilobytes.add(received.stream().mapToLong(Tab.Received::bytes).sum() / 1_000.0);
        paints.add(painted(tab, "first-paint"));
        contents.add(painted(tab, "first-contentful-paint"));
        moved.add(sum(tab.evaluate("moves"), i == 0 ? "# moved by loading " + path : null));
      }
    }
    figures.addRuns(name + "_transferred", kilobytes, "kB");
    figures.add(name + "_requests", requests, "", "last of " + loads + " loads");
    figures.addRuns(name + "_first_paint", paints, "ms");
    figures.addRuns(name + "_first_contentful_paint", contents, "ms");
    figures.addRuns(name + "_layout_shift", moved, "");
  }

  private static double painted(Tab tab, String what) {
    return tab.evaluate(
            "performance.getEntriesByType('paint').find(p => p.name === '%s').startTime"
                .formatted(what))
        .asDouble();
  }

  /** Asks each question in a thread of its own and the next one after it; where the last one is. */
  private String answers(String collection, String style, List<Question> questions)
      throws IOException, InterruptedException {
    var moved = new ArrayList<Double>();
    var stages = new ArrayList<Double>();
    String address = "/";
    for (int i = 0; i < questions.size(); i++) {
      try (Tab tab = tab()) {
        tab.open(url + "/?collection=" + collection);
        tab.until("document.querySelector('textarea[name=question]:not([disabled])')");
        tab.untilQuiet();
        tab.evaluate(
            "(() => { const s = [...document.querySelectorAll('.composer select')].find(s =>"
                + " [...s.options].some(o => o.value === '%s')); s.value = '%s';"
                    .formatted(style, style)
                + " s.dispatchEvent(new Event('change', {bubbles: true})); })()");
        for (int turn = 0; turn < 2; turn++) {
          Question question = questions.get((i + turn) % questions.size());
          ask(tab, question.text(), turn + 1, moved, stages);
        }
        address = tab.text("location.pathname + location.search");
      }
    }
    figures.addShare(
        "answers_in_stages", (int) stages.stream().filter(n -> n > 1).count(), stages.size());
    figures.addRuns("answer_stages", stages, "");
    figures.addRuns("streaming_layout_shift", moved, "");
    figures.add(
        "streaming_layout_shift_max",
        moved.stream().mapToDouble(Double::doubleValue).max().orElseThrow(),
        "",
        "bar: 0");
    return address;
  }

  private static void ask(
      Tab tab, String question, int turns, List<Double> moved, List<Double> stages)
      throws IOException, InterruptedException {
    tab.evaluate("stages.clear(); document.querySelector('textarea[name=question]').focus()");
    tab.type(question);
    tab.press("Enter");
    // What a question moves by being asked is the asker's doing; from then on all has its place,
    // whether or not a key was pressed shortly before.
    tab.until("document.querySelectorAll('.turn').length === " + turns);
    double drawn =
        tab.evaluate(
                "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>"
                    + " done(performance.now()))))")
            .asDouble();
    tab.until("document.querySelector('.turn:last-of-type').ariaBusy === 'false'", PATIENCE);
    tab.untilQuiet();
    if (tab.evaluate("Boolean(document.querySelector('.turn:last-of-type .problem'))")
        .asBoolean()) {
      throw new IOException(
          "a question was not answered: "
              + tab.text("document.querySelector('.turn:last-of-type').innerText"));
    }
    JsonNode moves =
        tab.evaluate(String.format(Locale.ROOT, "moves.filter(m => m.at >= %f)", drawn));
    moved.add(sum(moves, "# moved while '" + question + "' was answered"));
    stages.add(tab.evaluate("stages.size").asDouble());
  }

  /** How much moved, which is said too if there is a title for it. */
  private static double sum(JsonNode moves, @Nullable String title) {
    double sum = 0;
    for (JsonNode move : moves) {
      double value = move.get("value").asDouble();
      sum += value;
      if (title != null) {
        System.out.printf(Locale.ROOT, "%s: %.3f %s%n", title, value, move.get("what"));
      }
    }
    return sum;
  }
}
