package io.retort.web.browser;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A tab that keeps count of what a page should never do: report an error or a violation of its
 * policy, open a dialog of the browser, or ask another server for something.
 */
public final class Tab implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PATIENCE_MILLIS = 15_000;
  private static final int QUIET_MILLIS = 500;
  private static final Map<String, Integer> KEY_CODES =
      Map.of("Enter", 13, "Escape", 27, "Tab", 9, "ArrowRight", 39, "ArrowLeft", 37, "PageUp", 33);

  private final Chromium browser;
  private final String target;
  private final String session;
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final Map<String, String> asked = new ConcurrentHashMap<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private volatile long lastTraffic = System.nanoTime();
  private volatile String origin = "about:";

  /**
   * Something that a page asked for and got.
   *
   * @param bytes as they travelled, with the response's headers
   */
  public record Received(String url, long bytes) {}

  Tab(Chromium browser, String target, String session, int width, int height) {
    this.browser = browser;
    this.target = target;
    this.session = session;
    browser.listen(session, this::heard);
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", Map.of());
    }
    call("Emulation.setFocusEmulationEnabled", Map.of("enabled", true));
    size(width, height);
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    return browser.call(session, method, parameters);
  }

  private void heard(String event, JsonNode data) {
    switch (event) {
      case "Runtime.exceptionThrown" ->
          complaints.add("exception: " + data.get("exceptionDetails"));
      case "Runtime.consoleAPICalled" -> {
        if (data.get("type").asString().equals("error")) {
          complaints.add("console: " + data.get("args"));
        }
      }
      case "Log.entryAdded" -> {
        JsonNode entry = data.get("entry");
        // A refused request is the API's own answer; what a page makes of it is what is tested.
        boolean refused = entry.get("source").asString().equals("network");
        if (entry.get("level").asString().equals("error") && !refused) {
          complaints.add("log: " + entry.get("text").asString());
        }
      }
      case "Page.javascriptDialogOpening" -> {
        complaints.add("dialog: " + data.get("message").asString());
        browser.tell(session, "Page.handleJavaScriptDialog", Map.of("accept", true));
      }
      case "Network.requestWillBeSent" -> {
        String url = data.get("request").get("url").asString();
        // The browser's own drawings in its controls are data; a page's would violate its policy.
        boolean drawing = url.startsWith("data:image/svg+xml");
        if (!url.startsWith(origin) && !url.startsWith("about:") && !drawing) {
          complaints.add("request: " + url);
        }
        asked.put(data.get("requestId").asString(), url);
        lastTraffic = System.nanoTime();
      }
      case "Network.loadingFinished" -> {
        String url = asked.getOrDefault(data.get("requestId").asString(), "");
        received.add(new Received(url, data.get("encodedDataLength").asLong()));
        lastTraffic = System.nanoTime();
      }
      default -> {}
    }
  }

  /** What the page did that it should not have done. */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** All that has come whole since the tab was opened. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  /** Asks for everything anew, as on a first visit. */
  public void withoutCache() {
    call("Network.setCacheDisabled", Map.of("cacheDisabled", true));
  }

  /** Runs a script in every page of this tab before the page's own. */
  public void beforeEveryPage(String script) {
    call("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
  }

  public void size(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** As a system with dark or light colours. */
  public void colours(String scheme) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Opens an address; requests to any other origin are complaints from now on. */
  public void open(String url) {
    origin = url.replaceFirst("(https?://[^/]+).*", "$1");
    leaveBy("Page.navigate", Map.of("url", url));
  }

  public void reload() {
    leaveBy("Page.reload", Map.of());
  }

  private void leaveBy(String method, Map<String, ?> parameters) {
    evaluate("window.isOld = true");
    call(method, parameters);
    until("!window.isOld && document.readyState === 'complete'");
  }

  /** The value of an expression of the page; promises are waited for. */
  public JsonNode evaluate(String expression) {
    JsonNode reply =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (reply.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + reply.get("exceptionDetails"));
    }
    return reply.get("result").path("value");
  }

  public String text(String expression) {
    return evaluate(expression).asString("");
  }

  /** Waits until an expression of the page is true. */
  public void until(String condition) {
    until(condition, Duration.ofMillis(PATIENCE_MILLIS));
  }

  /** Waits until an expression of the page is true, but no longer than {@code patience}. */
  public void until(String condition, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < end) {
      try {
        // Asked in the page for a while, so that nothing is lost between two looks from outside.
        String poll =
            "new Promise(done => { const end = Date.now() + 500; (function look() {"
                + " if (%s) done(true); else if (Date.now() > end) done(false);"
                    .formatted(condition)
                + " else setTimeout(look, 10); })(); })";
        if (evaluate(poll).asBoolean(false)) {
          return;
        }
      } catch (Chromium.RefusedByBrowser e) {
        // the page was left while it was asked: the next one is
      }
    }
    throw new AssertionError(
        "never true: %s%n%s".formatted(condition, text("document.body.innerText")));
  }

  /** Waits until no request has begun or ended for half a second. */
  public void untilQuiet() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
    while (System.nanoTime() - lastTraffic < QUIET_MILLIS * 1_000_000L) {
      if (System.nanoTime() > end) {
        throw new AssertionError("requests never ended; so far: " + received);
      }
      Thread.sleep(20);
    }
  }

  /** Waits for an element, brings it into view and clicks on its middle with the mouse. */
  public void click(String selector) {
    String quoted = JSON.writeValueAsString(selector);
    // Twice at the same place: what the page still moves would be missed.
    until(
        ("(() => { const e = document.querySelector(%s); if (!e?.getClientRects().length) return false;"
                + " e.scrollIntoView({block: 'center'}); const b = e.getClientRects()[0];"
                + " const at = b.x + ' ' + b.y; const still = e.wasAt === at; e.wasAt = at;"
                + " return still; })()")
            .formatted(quoted));
    JsonNode at =
        evaluate(
            "(() => { const e = document.querySelector(%s); e.scrollIntoView({block: 'center'});"
                    .formatted(quoted)
                + " const b = e.getClientRects()[0]; return [b.x + b.width / 2, b.y + b.height / 2]; })()");
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          Map.of(
              "type",
              type,
              "x",
              at.get(0).asDouble(),
              "y",
              at.get(1).asDouble(),
              "button",
              "left",
              "clickCount",
              1));
    }
  }

  public void type(String text) {
    call("Input.insertText", Map.of("text", text));
  }

  /** Presses a key by its name, or a character. */
  public void press(String key) {
    Integer code = KEY_CODES.get(key);
    Map<String, Object> down =
        code == null
            ? Map.of("type", "keyDown", "key", key, "text", key)
            : key.equals("Enter")
                ? Map.of("type", "keyDown", "key", key, "windowsVirtualKeyCode", code, "text", "\r")
                : Map.of("type", "rawKeyDown", "key", key, "windowsVirtualKeyCode", code);
    call("Input.dispatchKeyEvent", down);
    call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
  }

  /** Puts files into an input element, as if they had been chosen. */
  public void choose(String selector, List<Path> files) {
    JsonNode element =
        call(
            "Runtime.evaluate",
            Map.of(
                "expression", "document.querySelector(" + JSON.writeValueAsString(selector) + ")"));
    call(
        "DOM.setFileInputFiles",
        Map.of(
            "objectId",
            element.get("result").get("objectId").asString(),
            "files",
            files.stream().map(Path::toString).toList()));
  }

  @Override
  public void close() {
    browser.call(null, "Target.closeTarget", Map.of("targetId", target));
  }
}
