package io.retort.web.rest;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Comparator;
import java.util.List;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** Which of JSON and one other type a client wants. */
final class AcceptedType {
  private AcceptedType() {}

  /** True for the other type, false for JSON, which is also the default. */
  static boolean isOther(HttpServletRequest request, MediaType other) {
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
        if (type.includes(other)) {
          return true;
        }
      }
    } catch (InvalidMediaTypeException e) {
      // not a header that names anything we write
    }
    throw new ApiException(
        ProblemCode.NOT_ACCEPTABLE, "this call answers in application/json or " + other);
  }
}
