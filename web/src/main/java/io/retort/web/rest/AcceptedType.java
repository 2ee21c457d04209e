package io.retort.web.rest;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Comparator;
import java.util.List;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** Whether a client wants bare text or JSON. */
final class AcceptedText {
  private AcceptedText() {}

  static boolean plain(HttpServletRequest request) {
    String header = request.getHeader("Accept");
    if (header == null) {
      return false;
    }
    try {
      List<MediaType> wanted =
          MediaType.parseMediaTypes(header).stream()
              .sorted(Comparator.comparingDouble(MediaType::getQualityValue).reversed())
              .toList();
      for (MediaType type : wanted) {
        if (type.includes(MediaType.APPLICATION_JSON)) {
          return false;
        }
        if (type.includes(MediaType.TEXT_PLAIN)) {
          return true;
        }
      }
    } catch (InvalidMediaTypeException e) {
      // not a header that names anything we write
    }
    throw new ApiException(
        ProblemCode.NOT_ACCEPTABLE, "this call answers in application/json or text/plain");
  }
}
