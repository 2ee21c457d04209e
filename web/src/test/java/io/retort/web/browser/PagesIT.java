package io.retort.web.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.retort.generator.Turn;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.PaperPdf;
import io.retort.web.fakes.TestServer;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The pages in a real browser, with models that quote the first forty characters of the best
 * passage. Whatever a test does, no page may report an error, violate its policy, open a dialog or
 * ask another server for anything.
 */
class PagesIT {
  private static final String LEAVE =
      "Employees may carry over up to five unused leave days into the next year. 🌴 Carried days"
          + " expire on 31 March.";
  private static final String ANSWER = LEAVE.substring(0, 40);
  private static final List<String> PAPER =
      List.of(
          "Reading rooms open at nine on all working days and close",
          "at six; on holidays they stay closed.");
  private static final List<String> PAYLOADS =
      List.of(
          "<img src=x onerror=alert(1)>",
          "<script>alert(1)</script>",
          "\"><svg onload=alert(1)>",
          "' autofocus onfocus=alert(1) x='",
          "<iframe srcdoc='<script>parent.alert(1)<\\u002fscript>'>",
          "javascript:alert(1)",
          "${alert(1)} {{constructor.constructor('alert(1)')()}}",
          "[a](javascript:alert(1)) ![b](https://example.com/c.png)",
          "<link rel=stylesheet href=https://example.com/x.css>",
          "<style>@import 'https://example.com/y.css'</style>");

  @TempDir static Path folder;
  private static @Nullable Chromium browser;
  private static TestServer server;
  private static FakeModels models;
  private static String document;
  private static String axe;
  private Tab tab;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> program = Chromium.installed();
    assumeTrue(
        program.isPresent(),
        "THE PAGES ARE NOT TESTED: there is no Chromium on the path, and RETORT_CHROMIUM names"
            + " none");
    models = new FakeModels();
    server =
        TestServer.ofPdf(
            folder.resolve("data"), models, Map.of("retort.limits.requests-per-minute", "6000"));
    server.collection("handbook");
    server.collection("bare");
    document = add("handbook", Map.of("path", "rules/leave.txt", "title", "Leave", "text", LEAVE));
    server.collection("papers");
    upload("papers", "rooms.pdf", PaperPdf.of(PAPER));
    try (InputStream in = PagesIT.class.getResourceAsStream("/axe.min.js")) {
      axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    browser = Chromium.start(program.get(), Files.createDirectory(folder.resolve("profile")));
    try (Tab first = browser.tab(1280, 800)) {
      first.open(server.server().loginUrl());
      first.until("document.querySelector('textarea[name=question]:not([disabled])')");
      assertThat(first.text("location.href")).isEqualTo(server.address() + "/");
    }
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
      server.close();
    }
  }

  @BeforeEach
  void openTab() {
    tab = browser.tab(1280, 800);
  }

  @AfterEach
  void nothingWrongWasDone() {
    if (tab != null) {
      List<String> complaints = tab.complaints();
      tab.close();
      assertThat(complaints).isEmpty();
    }
  }

  /** The id of a document that is searchable. */
  private static String add(String collection, Map<String, ?> text) {
    Client admin = server.admin();
    Client.Reply accepted =
        admin.post(
            "/api/v1/collections/" + collection + "/documents",
            Client.json(Map.of("documents", List.of(text))));
    admin.awaitJob(accepted);
    return accepted.json().get("items").get(0).get("document_id").asString();
  }

  private static void upload(String collection, String name, byte[] content) {
    Client admin = server.admin();
    Client.Reply accepted =
        admin.upload(
            "/api/v1/collections/" + collection + "/documents",
            List.of(new Client.File(name, content)),
            null);
    admin.awaitJob(accepted);
  }

  private void open(String path) {
    tab.open(server.address() + path);
    tab.until("document.querySelector('h1')");
  }

  private void send(String question) {
    tab.until("document.querySelector('textarea[name=question]:not([disabled])')");
    tab.evaluate("document.querySelector('textarea[name=question]').focus()");
    tab.type(question);
    tab.press("Enter");
  }

  /** Asks and waits for the end of the answer. */
  private void ask(String question) {
    int before = tab.evaluate("document.querySelectorAll('.turn').length").asInt();
    send(question);
    tab.until(
        "document.querySelectorAll('.turn').length === "
            + (before + 1)
            + " && document.querySelector('.turn:last-of-type .tools')"
            + " && document.querySelector('.turn:last-of-type').ariaBusy === 'false'");
  }

  private void press(String buttonText) {
    tab.evaluate(
        "[...document.querySelectorAll('.turn:last-of-type button')].find(b =>"
            + " b.textContent.trim() === '%s').click()".formatted(buttonText));
  }

  /** The other tests rest on what a tab notices. */
  @Test
  void misbehaviourIsNoticed() {
    try (Tab other = browser.tab(800, 600)) {
      other.open(server.address() + "/collections");
      other.until("document.querySelector('.tile')");
      for (String misdeed :
          List.of(
              "document.body.setAttribute('style', 'color: red')",
              "document.body.insertAdjacentHTML('beforeend', '<p>')",
              "fetch('https://example.com/').catch(() => {})",
              "console.error('odd')",
              "throw new Error('odd')",
              "alert('odd')")) {
        int before = other.complaints().size();
        other.evaluate("setTimeout(() => { " + misdeed + " })");
        other.evaluate("new Promise(done => setTimeout(done, 100))");
        assertThat(other.complaints()).as(misdeed).hasSizeGreaterThan(before);
      }
    }
  }

  @Test
  void anAnswerComesWithItsSourceAndIsFoundAgainAtItsAddress() {
    open("/?collection=handbook");
    ask("How many leave days can I carry over?");
    assertThat(tab.text("document.querySelector('.answer').innerText")).startsWith(ANSWER);

    tab.click(".answer .mark");
    tab.until("document.getElementById('cited')");
    assertThat(tab.text("document.getElementById('cited').textContent")).isEqualTo(ANSWER);
    assertThat(tab.text("document.activeElement.className")).contains("passage");

    assertThat(tab.text("location.search")).isNotEmpty();
    tab.reload();
    tab.until("document.querySelector('.answer .mark')");
    assertThat(tab.text("document.querySelector('.asked').innerText"))
        .isEqualTo("How many leave days can I carry over?");
  }

  @Test
  void aCitationsAddressMarksExactlyItsWords() {
    // The palm is one code point and two of JavaScript's units: a span after it tells them apart.
    int start = LEAVE.codePointCount(0, LEAVE.indexOf("Carried"));
    open("/documents/" + document + "?version=1&start=" + start + "&end=" + (start + 12));
    tab.until("document.getElementById('cited')");
    assertThat(tab.text("document.getElementById('cited').textContent")).isEqualTo("Carried days");

    open("/documents/" + document + "?version=7&start=0&end=5");
    tab.until("document.querySelector('[role=status].notice')");
    assertThat(tab.evaluate("document.getElementById('cited')").isNull()).isTrue();
  }

  /** Where something stands in the window: left, top, right, bottom. */
  private List<Double> edges(String element) {
    JsonNode edges =
        tab.evaluate(
            "(() => { const r = %s.getBoundingClientRect(); return [r.left, r.top, r.right,"
                    .formatted(element)
                + " r.bottom]; })()");
    return edges.valueStream().map(JsonNode::asDouble).toList();
  }

  @Test
  void aCitationOfAPdfIsMarkedOnItsPage() {
    open("/?collection=papers");
    ask("When do the reading rooms open?");
    String answer = PAPER.getFirst().substring(0, 39); // a line end of the first page is before it
    assertThat(tab.text("document.querySelector('.answer').innerText")).contains(answer);
    String libraries =
        "performance.getEntriesByType('resource').filter(e => e.name.includes('pdf')).length";
    assertThat(tab.evaluate(libraries).asInt()).as("loaded before it is needed").isZero();

    tab.click(".answer .mark");
    tab.until("document.querySelector('pdf-page')?.dataset.drawn === '2'");
    assertThat(tab.text("document.activeElement.ariaLabel")).contains("Page 2", "marked");
    assertThat(tab.evaluate("document.querySelectorAll('.sheet-mark').length").asInt()).isOne();
    // What pdf.js itself has found on the page says where the line is.
    String line =
        "[...document.querySelectorAll('.textLayer span')].find(s => s.textContent === '%s')"
            .formatted(PAPER.getFirst());
    List<Double> words = edges(line);
    List<Double> mark = edges("document.querySelector('.sheet-mark')");
    double share = (mark.get(2) - mark.get(0)) / (words.get(2) - words.get(0));
    assertThat(mark.get(0)).isCloseTo(words.get(0), within(2.0));
    assertThat(mark.get(1)).isCloseTo(words.get(1), within(4.0));
    assertThat(mark.get(3)).isCloseTo(words.get(3), within(4.0));
    assertThat(share).isBetween(0.65, 0.78);
    List<Double> view = edges("document.querySelector('.sheet-scroll')");
    assertThat(mark.get(1)).isGreaterThan(view.get(1));
    assertThat(mark.get(3)).isLessThan(view.get(3));
    int ink =
        tab.evaluate(
                "(() => { const c = document.querySelector('.sheet-canvas canvas'), b ="
                    + " c.getBoundingClientRect(), m ="
                    + " document.querySelector('.sheet-mark').getBoundingClientRect(), s = c.width"
                    + " / b.width; const d = c.getContext('2d').getImageData((m.left - b.left) * s,"
                    + " (m.top - b.top) * s, m.width * s, m.height * s).data; let dark = 0; for"
                    + " (let i = 0; i < d.length; i += 4) { if (d[i] < 100) dark++; } return"
                    + " dark; })()")
            .asInt();
    assertThat(ink).as("dark pixels under the mark").isGreaterThan(100);

    press("Show sources");
    tab.until("document.querySelectorAll('.token').length > 3");
    tab.evaluate("document.querySelectorAll('.answer .token')[1].focus()");
    tab.until("document.querySelector('.sheet-lit')");
    List<Double> lit = edges("document.querySelector('.sheet-lit')");
    assertThat(lit.get(0)).isGreaterThan(mark.get(0));
    assertThat(lit.get(2)).isLessThan(mark.get(2));

    tab.evaluate("document.querySelector('.sheet-scroll').focus()");
    tab.evaluate("document.querySelector('.sheet-scroll').scrollTop = 0");
    tab.press("PageUp");
    tab.until("document.querySelector('pdf-page').dataset.drawn === '1'");
    assertThat(tab.evaluate("document.querySelectorAll('.sheet-mark').length").asInt()).isZero();

    tab.evaluate("document.querySelectorAll('.source-views button')[1].click()");
    tab.until("document.getElementById('cited')");
    // In pieces, since one of its words is lit.
    assertThat(
            tab.text(
                "[...document.querySelectorAll('.passage mark')].map(m =>"
                    + " m.textContent).join('').trim()"))
        .isEqualTo(answer);
    tab.reload();
    tab.click(".answer .mark");
    tab.until("document.getElementById('cited')");
    assertThat(tab.evaluate("document.querySelector('pdf-page')").isNull()).isTrue();
    tab.evaluate("document.querySelectorAll('.source-views button')[0].click()");
    tab.until("document.querySelector('pdf-page')?.dataset.drawn === '2'");
  }

  @Test
  void aPdfWithoutPlacesIsShownAsTextAndSaysWhy() throws Exception {
    server.collection("olden");
    upload("olden", "old.pdf", PaperPdf.of(PAPER));
    open("/?collection=olden");
    ask("When do the reading rooms open?");
    tab.click(".answer .mark");
    tab.until("document.getElementById('cited')");
    assertThat(tab.text("document.querySelector('.source').innerText"))
        .contains("is not known, so the text is shown");
    tab.evaluate("document.querySelectorAll('.source-views button')[0].click()");
    tab.until("document.querySelector('pdf-page')?.dataset.drawn");
    assertThat(tab.evaluate("document.querySelectorAll('.sheet-mark').length").asInt()).isZero();
  }

  @Test
  void aSearchIsNarrowedByItsAddress() {
    server
        .admin()
        .post(
            "/api/v1/collections",
            Client.json(
                Map.of(
                    "id", "years", "fields", List.of(Map.of("name", "year", "type", "integer")))));
    add(
        "years",
        Map.of(
            "path",
            "a.txt",
            "text",
            "Rule of old: leave days end.",
            "metadata",
            Map.of("year", 1999)));
    add(
        "years",
        Map.of(
            "path",
            "b.txt",
            "text",
            "Rule of new: leave days last.",
            "tags",
            List.of("hr"),
            "metadata",
            Map.of("year", 2026)));
    open("/?collection=years&metadata.year.from=2025&tag=hr&type=nonsense&metadata.colour=red");
    tab.until("document.querySelectorAll('.composer .chip').length === 2");
    ask("leave days");
    assertThat(tab.text("document.querySelector('.answer').innerText")).contains("of new");
    assertThat(tab.text("document.querySelector('.turn-head').innerText"))
        .contains("year from 2025", "Tag hr");

    tab.evaluate("document.querySelector('.composer-end').click()");
    tab.until("!document.querySelector('.turn')");
    assertThat(tab.text("location.search")).contains("metadata.year.from=2025");
    tab.evaluate("document.querySelector('.composer .chip').click()");
    tab.until("document.querySelectorAll('.composer .chip').length === 1");
    assertThat(tab.text("location.search")).doesNotContain("tag=hr");
    tab.evaluate(
        "[...document.querySelectorAll('.composer button')].find(b =>"
            + " b.textContent.startsWith('Narrow')).click()");
    tab.until("document.querySelector('dialog[open] [name=\"metadata.year.to\"]')");
    tab.evaluate("document.querySelector('[name=\"metadata.year.to\"]').focus()");
    tab.type("2025");
    tab.press("Enter");
    tab.until("document.querySelectorAll('.composer .chip').length === 2");
    tab.reload();
    tab.until("document.querySelectorAll('.composer .chip').length === 2");
    ask("leave days");
    assertThat(tab.text("document.querySelector('.abstained').innerText"))
        .contains("Nothing is left to search", "year from 2025", "year to 2025");
    tab.evaluate("document.querySelector('.try button').click()");
    tab.until("document.querySelector('.turn:last-of-type .answer')");
  }

  @Test
  void aLoginLeadsOnToWhatWasAskedFor() {
    String page = "/documents/" + document + "?version=1&start=0&end=9";
    open("/collections");
    tab.click(".sign-out");
    tab.until("location.pathname === '/login'");
    tab.open(server.address() + page);
    tab.until("location.pathname === '/login' && document.querySelector('h1')");
    tab.open(server.server().loginUrl());
    tab.until("document.getElementById('cited')");
    assertThat(tab.text("location.href")).isEqualTo(server.address() + page);

    for (String foreign :
        List.of(
            "//example.com/",
            "/\\example.com/",
            "/.//example.com/",
            "/\t/example.com/",
            "https://example.com/",
            "javascript:alert(1)")) {
      tab.open(
          server.address() + "/login?to=" + URLEncoder.encode(foreign, StandardCharsets.UTF_8));
      tab.open(server.server().loginUrl());
      tab.until("document.querySelector('#app h1')");
      assertThat(tab.text("location.origin")).as(foreign).isEqualTo(server.address());
    }
  }

  @Test
  void nothingJumpsWhileAnAnswerComes() {
    open("/?collection=handbook");
    send("wait for the leave days");
    tab.until("document.querySelector('.turn[aria-busy=true] .waiting')");
    tab.evaluate(
        "window.jumps = []; new PerformanceObserver(list => list.getEntries().forEach(e =>"
            + " { if (!e.hadRecentInput) window.jumps.push(...e.sources.map(s =>"
            + " s.node?.className ?? '')); })).observe({type: 'layout-shift'})");
    models.generator().release(1);
    tab.until("document.querySelector('.turn[aria-busy=false] .sources')");
    tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    assertThat(tab.evaluate("window.jumps").toString()).isEqualTo("[]");
  }

  @Test
  void escapeStopsAnAnswer() {
    open("/?collection=handbook");
    int stopped = models.generator().cancelled();
    send("wait until I press a key");
    tab.until("document.querySelector('.turn .waiting')?.innerText.startsWith('Reading')");
    tab.press("Escape");
    tab.until("document.querySelector('.turn .notice')");
    assertThat(tab.text("document.querySelector('.turn .notice').innerText"))
        .contains("You stopped");
    assertThat(models.generator().cancelled()).isEqualTo(stopped + 1);
  }

  @Test
  void theTwoWaysOfHavingNoAnswerAreToldApart() {
    open("/?collection=handbook");
    ask("unsure about leave days");
    String unsure = tab.text("document.querySelector('.abstained h3').innerText");
    tab.click(".nearest .card");
    tab.until("document.getElementById('cited')");
    assertThat(tab.text("document.getElementById('cited').textContent")).isEqualTo(LEAVE);

    open("/?collection=bare");
    ask("leave days");
    assertThat(tab.text("document.querySelector('.abstained h3').innerText"))
        .isNotEmpty()
        .isNotEqualTo(unsure);
    assertThat(tab.text("document.querySelector('.try').innerText")).contains("handbook");
  }

  @Test
  void wordsAreTracedAndPassagesKnockedOut() {
    open("/?collection=handbook");
    ask("How many leave days can I carry over?");
    press("Show sources");
    tab.until("document.querySelectorAll('.token').length > 3");
    tab.evaluate("document.querySelectorAll('.answer .token')[1].focus()");
    tab.until("document.querySelector('.readout .lit')");
    assertThat(tab.text("document.querySelector('.readout-words').innerText"))
        .contains("90 % copied", "−0.10", "may");
    tab.press("ArrowRight");
    tab.until("document.querySelector('.readout .lit')?.textContent.trim() === 'carry'");

    press("Why this answer");
    tab.click(".knock button");
    tab.until("document.querySelector('.knock strong')");
    assertThat(tab.text("document.querySelector('.why').innerText"))
        .contains("−1.00 nats", "0.90; shown from 0.50 on", "fake-decoder");
  }

  @Test
  void aFollowUpTellsWhatGoesBeforeItAndTheHistoryLeadsBack() {
    open("/?collection=handbook");
    ask("How many leave days can I carry over?");
    ask("And when do carried days expire?");
    assertThat(tab.text("document.querySelector('.turn:last-of-type .before').textContent"))
        .contains("How many leave days can I carry over?", ANSWER);
    assertThat(models.generator().lastRequest().history())
        .containsExactly(new Turn("How many leave days can I carry over?", ANSWER));
    tab.evaluate("document.querySelector('.composer input[type=checkbox]').click()");
    ask("unsure without it");
    assertThat(models.generator().lastRequest().history()).isEmpty();

    open("/history");
    tab.until("document.querySelector('.rows .row-main')");
    tab.evaluate("document.querySelector('.search-field input').focus()");
    tab.type("expire carried");
    tab.until("document.querySelectorAll('.rows .row').length === 1");
    tab.click(".rows .row-main");
    tab.until("document.querySelectorAll('.turn').length === 3");
    assertThat(tab.text("document.querySelectorAll('.asked')[1].innerText"))
        .isEqualTo("And when do carried days expire?");

    open("/history");
    tab.until("document.querySelector('.rows .row-main')");
    int before = tab.evaluate("document.querySelectorAll('.rows .row').length").asInt();
    tab.click(".rows .row [aria-label^=Delete]");
    tab.until("document.querySelector('dialog[open] .danger')");
    tab.evaluate("document.querySelector('dialog .danger').click()");
    tab.until("document.querySelectorAll('.rows .row').length === " + (before - 1));
  }

  @Test
  void aThumbIsKeptWithItsReasons() {
    open("/?collection=handbook");
    ask("How many leave days can I carry over?");
    tab.click(".thumbs [aria-label='Bad answer']");
    tab.until("document.querySelector('dialog[open] [value=wrong_source]')");
    tab.evaluate("document.querySelector('dialog [value=wrong_source]').click()");
    tab.evaluate("document.querySelector('dialog textarea[name=expected]').focus()");
    tab.type("Five.");
    tab.evaluate("document.querySelector('dialog .primary').click()");
    tab.until("document.querySelector(\".thumbs [aria-pressed=true][aria-label='Bad answer']\")");
    JsonNode kept = server.admin().get("/api/v1/feedback?rating=down").json().get("items").get(0);
    assertThat(kept.get("reasons").toString()).isEqualTo("[\"wrong_source\"]");
    assertThat(kept.get("expected_answer").asString()).isEqualTo("Five.");

    tab.reload();
    tab.until("document.querySelector(\".thumbs [aria-pressed=true][aria-label='Bad answer']\")");
    tab.click(".thumbs [aria-label='Bad answer']");
    tab.until(
        "document.querySelector('.thumbs') && !document.querySelector('.thumbs [aria-pressed=true]')");
    assertThat(server.admin().get("/api/v1/feedback?rating=down").json().get("items").isEmpty())
        .isTrue();
  }

  @Test
  void filesAreAddedAndEachTellsHowItWent() throws Exception {
    Path good = Files.writeString(folder.resolve("parking.txt"), "Visitors park in bay fourteen.");
    Path bad = Files.createFile(folder.resolve("hollow.txt"));
    open("/collections/bare");
    tab.until("document.querySelector('input[type=file]')");
    tab.choose("input[type=file]:not([webkitdirectory])", List.of(good, bad));
    tab.until("document.querySelector('.uploads h2')?.innerText === '1 file added, 1 not'");
    assertThat(tab.text("document.querySelector('.failures').innerText"))
        .contains("hollow.txt", "There is nothing in it to read.");
    tab.until("document.querySelectorAll('.documents .row').length === 2");

    tab.click(".documents .row:last-child [aria-label^=Delete]");
    tab.until("document.querySelector('dialog[open]')");
    tab.evaluate("document.querySelector('dialog .danger').click()");
    tab.until("document.querySelectorAll('.documents .row').length === 1");
    tab.until("!document.querySelector('dialog[open]')");
    tab.evaluate("document.querySelector('.documents .row [aria-label^=Delete]').click()");
    tab.until("document.querySelector('dialog[open] .danger')");
    tab.evaluate("document.querySelector('dialog .danger').click()");
    tab.until("document.querySelector('.blank')");
  }

  @Test
  void everythingIsInReachOfTheKeyboard() {
    open("/collections");
    tab.press("Tab");
    assertThat(tab.text("document.activeElement.className")).isEqualTo("skip");
    tab.press("/");
    tab.until("document.activeElement.name === 'question'");
    open("/?collection=handbook");
    tab.until("document.activeElement.name === 'question'");
    tab.type("leave days");
    tab.press("Enter");
    tab.until("document.querySelector('.turn .tools')");
    tab.press("Escape");
    tab.press("]");
    tab.until("document.getElementById('cited')");
    tab.press("Escape");
    tab.until("!document.querySelector('.source')");
    tab.press("?");
    tab.until("document.querySelector('dialog[open]')");
    tab.press("Escape");
    tab.until("!document.querySelector('dialog[open]')");
  }

  @Test
  void aKeyIsShownOnce() {
    open("/admin");
    tab.until("document.querySelector('#keys-title')");
    tab.evaluate(
        "document.querySelector('#keys-title').closest('header').querySelector('button').click()");
    tab.until("document.activeElement.name === 'name'");
    tab.type("intranet");
    tab.press("Enter");
    tab.until("document.querySelector('.secret input')?.value.startsWith('rt_')");
    String key = tab.text("document.querySelector('.secret input').value");
    assertThat(server.anonymous().with(key).get("/api/v1/collections").status()).isEqualTo(200);

    open("/admin");
    tab.until("document.querySelector('.rows .row')");
    assertThat(tab.text("document.documentElement.outerHTML")).doesNotContain(key);
    tab.click(".rows .row [aria-label='Suspend intranet']");
    tab.until("document.querySelector('.rows .row .badge.warn')");
    tab.click(".rows .row [aria-label='Delete intranet']");
    tab.until("document.querySelector('dialog[open] .danger')");
    tab.evaluate("document.querySelector('dialog .danger').click()");
    tab.until("!document.querySelector('.rows .row')");
  }

  private static String question(String id, String question, String... answers) {
    return Client.json(
        Map.of(
            "id",
            id,
            "question",
            question,
            "answers",
            List.of(answers),
            "path",
            "rules/leave.txt"));
  }

  private static void putSet(String name, String... lines) {
    server.admin().put("/api/v1/evaluations/datasets/" + name, String.join("\n", lines));
  }

  /** The id of a run that has ended. */
  private static String run(String collection, String set) {
    Client admin = server.admin();
    Client.Reply begun =
        admin.post(
            "/api/v1/evaluations", Client.json(Map.of("collection", collection, "dataset", set)));
    admin.awaitJob(begun);
    return begun.json().get("evaluation_id").asString();
  }

  private void choose(String select, String value) {
    tab.until("document.querySelector(\"" + select + " option[value='" + value + "']\")");
    tab.evaluate(
        "(() => { const s = document.querySelector('%s'); s.value = '%s';".formatted(select, value)
            + " s.dispatchEvent(new Event('change', {bubbles: true})); })()");
  }

  @Test
  void anEvaluationIsBegunWatchedAndComparedWithAnother() throws Exception {
    Path torn =
        Files.writeString(folder.resolve("torn.jsonl"), question("a", "leave?") + "\n{\"id\":1}");
    Path good =
        Files.writeString(
            folder.resolve("Leave days.jsonl"),
            String.join(
                "\n",
                question("a", "How many leave days?", ANSWER),
                question("b", "When do leave days expire?", "31 March"),
                question("c", "unsure about snow"),
                question("d", "wait for the leave days", ANSWER)));
    open("/evaluations?collection=handbook");
    tab.until("document.querySelector('form input[type=file]')");
    tab.choose("form input[type=file]", List.of(torn));
    tab.until("document.querySelector('form .problem')?.innerText.includes('line 2: the field')");
    tab.choose("form input[type=file]", List.of(good));
    tab.until("document.querySelector('select[name=dataset]').value === 'leave-days'");
    assertThat(tab.text("document.getElementById('set-facts').innerText"))
        .startsWith("4 questions · 1 of them without an answer");
    tab.click("form .primary");
    tab.until("document.querySelector('progress') && document.querySelector('.panel')");
    tab.until("document.querySelector('.panel').innerText.includes('3 of 4 questions asked')");
    models.generator().release(1);
    tab.until("document.querySelectorAll('svg.drawing').length === 5");
    assertThat(tab.text("document.querySelector('.headline').innerText")).isEqualTo("0.667");
    assertThat(
            tab.evaluate(
                    "[...document.querySelectorAll('svg.drawing')].every(s => s.role === 'img' &&"
                        + " s.getAttribute('aria-labelledby').split(' ').every(id =>"
                        + " s.querySelector('#' + id)?.textContent)"
                        + " && s.closest('figure').querySelectorAll('tbody tr').length > 0)")
                .asBoolean())
        .isTrue();
    assertThat(tab.text("document.querySelector('.question-row').innerText"))
        .contains("How many leave days?", ANSWER, "Leave");
    tab.evaluate(
        "[...document.querySelectorAll('.chip')].find(c => c.innerText.startsWith('wrong')).click()");
    tab.until("document.querySelectorAll('.question-row').length === 1");
    assertThat(tab.text("document.querySelector('.question-row').innerText"))
        .contains("When do leave days expire?", "31 March");
    String first = tab.text("location.pathname.split('/').at(-1)");

    putSet("leave-days", question("a", "How many leave days?", ANSWER), question("c", "unsure"));
    String second = run("handbook", "leave-days");
    open("/evaluations/" + second);
    choose("select[name=with]", first);
    tab.until("document.querySelector('.side-by-side tbody tr')");
    assertThat(tab.text("location.search")).isEqualTo("?with=" + first);
    assertThat(tab.text("document.querySelector('.changes').innerText")).contains("dataset sha256");
    tab.reload();
    tab.until("document.querySelector('.side-by-side tbody tr')");
    tab.evaluate("document.querySelector('.danger-text').click()");
    tab.until("document.querySelector('dialog[open] .danger')");
    tab.evaluate("document.querySelector('dialog .danger').click()");
    tab.until("location.pathname === '/evaluations' && document.querySelector('.rows .row')");
    assertThat(server.admin().get("/api/v1/evaluations/" + second).status()).isEqualTo(404);
  }

  @Test
  void runsOfTheSameQuestionsAreShownInTheOrderOfTime() {
    String[] lines = {
      question("a", "How many leave days?", ANSWER),
      question("b", "When do leave days expire?", "31 March"),
      question("c", "unsure about snow"),
      question("d", "Which leave days does nobody know?")
    };
    putSet("trend", lines);
    String first = run("handbook", "trend");
    String second = run("handbook", "trend");
    putSet("trend", lines[0], lines[2]);
    run("handbook", "trend");
    open("/evaluations");
    tab.until("document.querySelector('select[name=series]')");
    choose(
        "select[name=series]",
        tab.text(
            "[...document.querySelector('select[name=series]').options].find(o =>"
                + " o.text.startsWith('trend')).value"));
    tab.until("document.querySelectorAll('svg.drawing').length === 2");
    assertThat(tab.text("document.querySelector('select[name=series]').selectedOptions[0].text"))
        .startsWith("trend → handbook · short · 2 runs since");
    // Half of those with an answer, and half of those without one, on a scale of 200 pixels.
    for (String kind : List.of("figure:nth-of-type(1) circle", "figure:nth-of-type(2) circle")) {
      assertThat(
              tab.evaluate(
                  "[...document.querySelectorAll('.charts %s')].map(c => c.getAttribute('cy'))"
                      .formatted(kind)))
          .extracting(JsonNode::asString)
          .startsWith("110", "110");
    }
    assertThat(
            tab.evaluate(
                "[...document.querySelectorAll('.charts figure:first-of-type tbody a')].map(a =>"
                    + " a.getAttribute('href'))"))
        .extracting(JsonNode::asString)
        .containsExactly("/evaluations/" + first, "/evaluations/" + second);
    assertThat(
            tab.text(
                "document.querySelector('.charts figure:nth-of-type(2) tbody tr').textContent"))
        .contains("0.500", "0.000 to 1.000", " · sha256:all");
  }

  @Test
  void theReferenceShowsEveryOperationAndCommandsThatRun() throws Exception {
    JsonNode description = server.admin().get("/v3/api-docs").json();
    long operations =
        description.get("paths").valueStream().flatMap(path -> path.valueStream()).count();
    open("/swagger-ui.html");
    tab.until("document.querySelectorAll('.operation').length === " + operations);
    assertThat(tab.evaluate("document.querySelectorAll('.operation[open]').length").asInt())
        .isZero();

    tab.evaluate("document.querySelector('input[name=narrow]').focus()");
    tab.type("answers knock");
    tab.until("document.querySelectorAll('.operation').length === 1");
    tab.press("Tab");
    tab.press("Tab");
    tab.press("Enter");
    tab.until("document.querySelector('.operation[open] .schema')");
    assertThat(tab.text("document.querySelector('.operation[open]').innerText"))
        .contains("answers/", ":knock-out", "Needs the scope ask", "list of string", "1 to");

    tab.evaluate("location.hash = '#ask'");
    tab.until("document.activeElement.closest('#ask[open]')");
    tab.reload();
    tab.until("document.activeElement.closest('#ask[open]')");
    assertThat(tab.evaluate("document.getElementById('ask').getBoundingClientRect().top").asInt())
        .isBetween(0, 200);
    String unfold =
        "[...document.querySelectorAll('#ask summary')].find(s => s.innerText ==="
            + " 'Fields of Citation').click()";
    tab.evaluate(unfold);
    tab.until("document.getElementById('ask').innerText.includes('source_span')");
    JsonNode problems =
        tab.evaluate(
            "[...new Set([...document.querySelectorAll('#ask .problems a')].map(a =>"
                + " a.getAttribute('href')))]");
    assertThat(problems.size()).isGreaterThan(20);
    problems.forEach(
        page ->
            assertThat(server.anonymous().get(page.asString()).status())
                .as(page.asString())
                .isEqualTo(200));

    for (var expected : Map.of("getMe", "scopes", "ask", "answer").entrySet()) {
      tab.evaluate("location.hash = '#" + expected.getKey() + "'");
      String pre = "#" + expected.getKey() + " .command pre";
      tab.until("document.querySelector('" + pre + "')");
      assertThat(shell(tab.text("document.querySelector('" + pre + "').innerText")))
          .contains("\"" + expected.getValue());
    }
  }

  /** What a command says that somebody copies into a shell. */
  private static String shell(String command) throws Exception {
    var builder = new ProcessBuilder("sh", "-c", command.replaceFirst("^curl ", "curl -sS "));
    builder
        .environment()
        .put(
            "RETORT_KEY",
            server
                .admin()
                .post(
                    "/api/v1/keys",
                    Client.json(
                        Map.of(
                            "name",
                            "shell",
                            "scopes",
                            List.of("admin"),
                            "collections",
                            List.of("*"))))
                .json()
                .get("key")
                .asString());
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void feedbackBecomesAQuestionSetAndARunCanBeCancelled() {
    open("/?collection=handbook");
    ask("leave days carried over");
    tab.click(".thumbs [aria-label='Good answer']");
    tab.until("document.querySelector('.thumbs [aria-pressed=true]')");
    open("/evaluations?collection=handbook");
    tab.until("document.querySelector('select[name=dataset]')");
    tab.evaluate(
        "[...document.querySelectorAll('form button')].find(b =>"
            + " b.innerText.includes('feedback')).click()");
    tab.until("document.querySelector('select[name=dataset]').value === 'feedback-handbook'");
    putSet("endless", question("a", "wait for ever", "x"));
    open("/evaluations?collection=handbook");
    choose("select[name=dataset]", "endless");
    tab.click("form .primary");
    tab.until("document.querySelector('.panel progress')");
    tab.evaluate(
        "[...document.querySelectorAll('.actions button')].find(b => b.innerText === 'Cancel').click()");
    tab.until("document.querySelector('dialog[open] .danger')");
    tab.evaluate("document.querySelector('dialog .danger').click()");
    tab.until("document.querySelector('.job-cancelled')");
  }

  @Test
  void textThatLooksLikeCodeStaysText() {
    Client admin = server.admin();
    admin.post(
        "/api/v1/collections",
        Client.json(
            Map.of("id", "hostile", "title", PAYLOADS.get(0), "description", PAYLOADS.get(2))));
    admin.post(
        "/api/v1/keys",
        Client.json(
            Map.of(
                "name",
                PAYLOADS.get(0),
                "scopes",
                List.of("ask"),
                "collections",
                List.of("hostile"))));
    var ids = new ArrayList<String>();
    for (String payload : PAYLOADS) {
      ids.add(
          add(
              "hostile",
              Map.of("path", payload + ".txt", "title", payload, "text", payload + " leave days")));
    }
    putSet(
        "hostile",
        PAYLOADS.stream()
            .map(payload -> question(payload, payload + " leave days", payload))
            .toArray(String[]::new));
    String hostileRun = "/evaluations/" + run("hostile", "hostile");
    for (String page :
        List.of(
            "/collections",
            "/collections/hostile",
            "/jobs",
            "/admin",
            "/evaluations",
            hostileRun)) {
      open(page);
      tab.until("document.querySelector('main').innerText.includes('<img src=x')");
    }
    for (String id : ids) {
      open("/documents/" + id + "?version=1&start=0&end=8");
      tab.until("document.getElementById('cited')");
    }
    open("/?collection=hostile");
    for (String payload : PAYLOADS) {
      ask(payload);
      assertThat(tab.text("document.querySelector('.turn:last-of-type .asked').textContent"))
          .isEqualTo(payload);
      press("Why this answer");
    }
    tab.click(".turn:last-of-type .mark");
    tab.until("document.getElementById('cited')");
    assertThat(
            tab.evaluate(
                    "document.querySelectorAll('main img, main iframe, main script, main link, main"
                        + " style').length")
                .asInt())
        .isZero();
    assertThat(tab.complaints()).isEmpty();
    admin.delete("/api/v1/collections/hostile");
  }

  @Test
  void everyPageIsAccessibleAndFitsAPhone() {
    var wrong = new ArrayList<String>();
    putSet(
        "looks",
        question("a", "How many leave days?", ANSWER),
        question("b", "When do leave days expire?", "31 March"),
        question("c", "unsure about snow"),
        question("d", "fail at this", "x"));
    String run = "/evaluations/" + run("handbook", "looks");
    String earlier = run("handbook", "looks");
    for (String page :
        List.of(
            "/",
            "/collections",
            "/collections/handbook",
            "/documents/" + document + "?version=1&start=0&end=20",
            "/history",
            "/jobs",
            "/admin",
            "/evaluations",
            "/swagger-ui.html",
            run,
            run + "?with=" + earlier)) {
      open(page);
      tab.until("!document.querySelector('main').innerText.includes('Loading')");
      look(page, wrong);
    }
    unfold();
    look("evaluation, unfolded", wrong);
    open("/evaluations");
    tab.until("document.querySelector('details')");
    unfold();
    look("evaluations, unfolded", wrong);
    open("/swagger-ui.html#ask");
    tab.until("document.querySelector('#ask .schema')");
    tab.evaluate("document.querySelectorAll('#ask details').forEach(d => { d.open = true; })");
    tab.until("document.querySelector('#ask details .schema')");
    look("reference, unfolded", wrong);
    open("/?collection=handbook");
    ask("unsure about leave days");
    look("abstention", wrong);
    ask("leave days");
    press("Show sources");
    press("Why this answer");
    tab.until("document.querySelector('.turn:last-of-type .why')");
    tab.click(".turn:last-of-type .mark");
    tab.until("document.getElementById('cited')");
    look("answer and source", wrong);
    open("/?collection=papers&path=rooms&type=pdf");
    tab.evaluate(
        "[...document.querySelectorAll('.composer button')].find(b =>"
            + " b.textContent.startsWith('Narrow')).click()");
    tab.until("document.querySelector('dialog[open]')");
    look("narrowing", wrong);
    tab.press("Escape");
    tab.until("!document.querySelector('dialog[open]')");
    ask("When do the reading rooms open?");
    tab.click(".answer .mark");
    tab.until("document.querySelector('pdf-page')?.dataset.drawn === '2'");
    look("page of a PDF", wrong);
    tab.press("Escape");
    tab.until("!document.querySelector('.source')");
    tab.press("Escape");
    tab.press("?");
    tab.until("document.querySelector('dialog[open]')");
    look("dialog", wrong);
    assertThat(wrong).isEmpty();
  }

  @Test
  void theDocumentationIsAccessibleAndFitsAPhone() {
    var wrong = new ArrayList<String>();
    for (String page :
        List.of(
            "/docs",
            "/docs/operations",
            "/docs/configuration",
            "/docs/api",
            "/docs/model-card",
            "/docs/adr",
            "/docs/search?q=confidence")) {
      open(page);
      look(page, wrong);
    }
    assertThat(wrong).isEmpty();
    tab.evaluate("document.querySelector('input[name=q]').select()");
    tab.type("reverse proxy");
    tab.press("Enter");
    tab.until("document.querySelector('h1')?.innerText === 'Search: reverse proxy'");
    tab.click(".hits li:first-child a");
    tab.until("location.hash === '#reverse-proxy'");
    tab.until(
        "document.querySelector('.docs-pages [aria-current=page]')?.innerText === 'Operations'");
    tab.click("[rel=next]");
    tab.until("document.querySelector('h1')?.innerText === 'Security model'");
  }

  private void unfold() {
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })");
  }

  /**
   * All rules in light colours; those that the colours change in dark ones; the width of a phone.
   */
  private void look(String what, List<String> wrong) {
    tab.evaluate(axe);
    for (String scheme : List.of("light", "dark")) {
      tab.colours(scheme);
      String rules = scheme.equals("light") ? "" : ", runOnly: ['color-contrast']";
      JsonNode violations =
          tab.evaluate(
              "axe.run(document, {resultTypes: ['violations']%s}).then(r =>".formatted(rules)
                  + " r.violations.map(v => v.id + ' at ' + v.nodes[0].target.join(' ')))");
      violations.forEach(v -> wrong.add(what + ", " + scheme + ": " + v.asString()));
    }
    tab.size(360, 740);
    JsonNode wide = tab.evaluate("document.documentElement.scrollWidth");
    if (wide.asInt() > 360) {
      wrong.add(what + ": " + wide + " pixels wide on a phone");
    }
    tab.size(1280, 800);
  }
}
