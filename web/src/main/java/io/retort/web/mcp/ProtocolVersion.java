package io.retort.web.mcp;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The versions of the protocol that are spoken here, newest first. */
enum ProtocolVersion {
  NOVEMBER_2025("2025-11-25"),
  JUNE_2025("2025-06-18"),
  MARCH_2025("2025-03-26");

  static final String HEADER = "MCP-Protocol-Version";

  private final String date;

  ProtocolVersion(String date) {
    this.date = date;
  }

  /** What a client that wants {@code wanted} gets: that, or else the newest. */
  static ProtocolVersion offered(String wanted) {
    for (ProtocolVersion version : values()) {
      if (version.date.equals(wanted)) {
        return version;
      }
    }
    return values()[0];
  }

  /** The version of a request after the first. Clients of March 2025 know no header. */
  static ProtocolVersion ofHeader(@Nullable String header) {
    if (header == null) {
      return MARCH_2025;
    }
    ProtocolVersion version = offered(header);
    if (!version.date.equals(header)) {
      throw ApiException.wrongField(
          ProblemCode.INVALID_PARAMETER,
          new FieldError(
              HEADER,
              "not_allowed",
              "must be one of "
                  + Arrays.stream(values()).map(v -> v.date).collect(Collectors.joining(", ")),
              header.length() <= 40 ? header : null));
    }
    return version;
  }

  /** Whether several messages may come in one body; later versions did away with it. */
  boolean takesBatches() {
    return this == MARCH_2025;
  }

  @Override
  public String toString() {
    return date;
  }
}
