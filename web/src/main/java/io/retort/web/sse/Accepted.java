package io.retort.web.sse;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** Which of JSON and an event stream a client wants. */
public final class Accepted {
  private Accepted() {}

  /** True for a stream, false for JSON, which is also the default. */
  public static boolean stream(HttpServletRequest request) {
    List<MediaType> wanted = new ArrayList<>();
    for (String header : Collections.list(request.getHeaders("Accept"))) {
      try {
        wanted.addAll(MediaType.parseMediaTypes(header));
      } catch (InvalidMediaTypeException e) {
        throw notAcceptable();
      }
    }
    if (wanted.isEmpty()) {
      return false;
    }
    // A stable sort: of equal quality, the first named wins.
    wanted.sort(Comparator.comparingDouble(MediaType::getQualityValue).reversed());
    for (MediaType type : wanted) {
      if (type.getQualityValue() > 0) {
        if (type.includes(MediaType.APPLICATION_JSON)) {
          return false;
        }
        if (type.includes(MediaType.TEXT_EVENT_STREAM)) {
          return true;
        }
      }
    }
    throw notAcceptable();
  }

  private static ApiException notAcceptable() {
    return new ApiException(
        ProblemCode.NOT_ACCEPTABLE, "this call answers in application/json or text/event-stream");
  }
}
