package io.retort.web.docs;

import java.util.List;

/**
 * One file as the site shows it.
 *
 * @param path what stands after {@code /docs/}, empty for the front page
 * @param html its text, without frame
 * @param sections what stands under each heading, in the file's order; the first is the title's
 */
record Page(String path, String title, String html, List<Section> sections) {
  /** The page of the API's description, which is not of this site and needs a credential. */
  static final String REFERENCE = "/swagger-ui.html";

  Page {
    sections = List.copyOf(sections);
  }

  String address() {
    return addressOf(path);
  }

  static String addressOf(String path) {
    return path.isEmpty() ? "/docs" : "/docs/" + path;
  }

  /**
   * @param text without markup, up to the next heading
   */
  record Section(int level, String id, String heading, String text) {}
}
