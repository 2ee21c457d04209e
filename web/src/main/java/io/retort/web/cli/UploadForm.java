package io.retort.web.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;

/**
 * A {@code multipart/form-data} body: the part {@code items} with the path of each file, then the
 * files themselves, read while they are sent.
 */
final class UploadForm {
  private final String boundary = "retort-" + UUID.randomUUID();

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  /**
   * @throws FileNotFoundException if a file is gone or may not be read
   */
  BodyPublisher of(List<LocalFile> files) throws FileNotFoundException {
    ArrayNode items = Json.array();
    files.forEach(file -> items.addObject().put("path", file.path()));
    var parts = new ArrayList<BodyPublisher>();
    parts.add(text(head("name=\"items\"", "application/json") + Json.write(items) + "\r\n"));
    for (LocalFile file : files) {
      parts.add(text(head("name=\"file\"; filename=\"file\"", "application/octet-stream")));
      parts.add(BodyPublishers.ofFile(file.file()));
      parts.add(text("\r\n"));
    }
    parts.add(text("--" + boundary + "--\r\n"));
    return BodyPublishers.concat(parts.toArray(BodyPublisher[]::new));
  }

  private String head(String disposition, String type) {
    return "--"
        + boundary
        + "\r\nContent-Disposition: form-data; "
        + disposition
        + "\r\nContent-Type: "
        + type
        + "\r\n\r\n";
  }

  private static BodyPublisher text(String text) {
    return BodyPublishers.ofString(text, UTF_8);
  }
}
