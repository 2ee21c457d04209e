package io.retort.web.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** The servlet container's own refusals, and whatever escaped from a filter, as problems. */
@Controller
public final class FallbackErrors implements ErrorController {
  private final ProblemWriter writer;

  public FallbackErrors(ProblemWriter writer) {
    this.writer = writer;
  }

  @RequestMapping("${spring.web.error.path:/error}")
  void error(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Object cause = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
    if (cause instanceof Throwable throwable) {
      writer.write(request, response, ProblemHandler.toApiException(throwable));
      return;
    }
    Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
    writer.write(request, response, ofStatus(status instanceof Integer number ? number : 404));
  }

  /** The problem that stands for a bare status of the container. */
  static ApiException ofStatus(int status) {
    return switch (status) {
      case 400 -> new ApiException(ProblemCode.MALFORMED_REQUEST, "this is not an HTTP request");
      case 401 ->
          new ApiException(ProblemCode.UNAUTHENTICATED, "this needs a valid API key or session");
      case 404 -> new ApiException(ProblemCode.NOT_FOUND, "there is nothing at this address");
      case 405, 501 ->
          new ApiException(ProblemCode.METHOD_NOT_ALLOWED, "this method is not known here");
      case 406 -> new ApiException(ProblemCode.NOT_ACCEPTABLE, "no acceptable media type");
      case 408 -> new ApiException(ProblemCode.REQUEST_TIMEOUT, "the request stopped arriving");
      case 413 -> new ApiException(ProblemCode.BODY_TOO_LARGE, "the body is larger than allowed");
      case 414, 431 -> new ApiException(ProblemCode.HEADERS_TOO_LARGE, "the headers exceed 16 KiB");
      case 415 -> new ApiException(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "unsupported media type");
      case 503 -> new ApiException(ProblemCode.SHUTTING_DOWN, "the service is stopping");
      default ->
          new ApiException(
              ProblemCode.INTERNAL_ERROR,
              "the service failed; its log says why under this trace id");
    };
  }
}
