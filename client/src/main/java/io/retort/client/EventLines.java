package io.retort.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events. */
final class EventLines implements AutoCloseable {
  private final BufferedReader reader;

  EventLines(InputStream in) {
    this.reader = new BufferedReader(new InputStreamReader(in, UTF_8));
  }

  /** One event with its JSON. */
  record Event(String name, String id, String data) {}

  /**
   * The next event; null at the end of the stream, or when {@code enough} says so, which is asked
   * at every line, of which a quiet stream has several a second.
   */
  @Nullable Event next(BooleanSupplier enough) throws IOException {
    String name = "";
    String id = "";
    var data = new StringBuilder();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (enough.getAsBoolean()) {
        return null;
      }
      if (line.isEmpty()) {
        if (!name.isEmpty()) {
          return new Event(name, id, data.toString());
        }
      } else if (line.startsWith("event:")) {
        name = value(line, "event:");
      } else if (line.startsWith("id:")) {
        id = value(line, "id:");
      } else if (line.startsWith("data:")) {
        data.append(value(line, "data:"));
      }
    }
    return null;
  }

  private static String value(String line, String field) {
    String value = line.substring(field.length());
    return value.startsWith(" ") ? value.substring(1) : value;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
