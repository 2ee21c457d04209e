package io.retort.web.problem;

import io.retort.data.SearchTimeoutException;
import io.retort.data.store.RefusedException;
import io.retort.generator.GenerationFailedException;
import io.retort.generator.NoTokenInTimeException;
import io.retort.generator.QuestionTooLongException;
import io.retort.generator.RunInterruptedException;
import io.retort.retriever.EncoderMissingException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.impl.SizeLimitExceededException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.multipart.support.MissingServletRequestPartException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Turns every exception of a controller into its problem. */
@ControllerAdvice
public final class ProblemHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);

  private final ProblemWriter writer;

  public ProblemHandler(ProblemWriter writer) {
    this.writer = writer;
  }

  @ExceptionHandler(Exception.class)
  void handle(Exception exception, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (response.isCommitted() || isLostClient(exception)) {
      LOG.debug("the client went away, or was too slow", exception);
      return;
    }
    switch (exception) {
      case HttpRequestMethodNotSupportedException e when e.getSupportedHttpMethods() != null -> {
        response.setHeader(
            "Allow",
            e.getSupportedHttpMethods().stream()
                .map(HttpMethod::name)
                .sorted()
                .collect(Collectors.joining(", ")));
      }
      case HttpMediaTypeNotSupportedException e when !e.getSupportedMediaTypes().isEmpty() ->
          response.setHeader("Accept", MediaType.toString(e.getSupportedMediaTypes()));
      default -> {}
    }
    writer.write(request, response, toApiException(exception));
  }

  private static boolean isLostClient(Exception exception) {
    for (@Nullable Throwable cause = exception; cause != null; cause = cause.getCause()) {
      if (cause instanceof ClientAbortException) {
        return true;
      }
    }
    return false;
  }

  /** The problem that an exception is, unknown ones as an internal error, which is logged. */
  public static ApiException toApiException(Throwable exception) {
    for (@Nullable Throwable cause = exception; cause != null; cause = cause.getCause()) {
      ApiException known = known(cause);
      if (known != null) {
        // An ApiException was said on purpose, or logged when it was made of another.
        if (known.code().status() == 500 && !(cause instanceof ApiException)) {
          LOG.warn("{}: {}", known.code().code(), known.detail(), exception);
        }
        return known;
      }
    }
    LOG.error("a request failed", exception);
    return new ApiException(
        ProblemCode.INTERNAL_ERROR, "the service failed; its log says why under this trace id");
  }

  private static @Nullable ApiException known(Throwable exception) {
    return switch (exception) {
      case ApiException e -> e;
      case RefusedException e -> refused(e);
      case SearchTimeoutException _, NoTokenInTimeException _, RunInterruptedException _ ->
          new ApiException(
              ProblemCode.DEADLINE_EXCEEDED, "the time limit ended before there was a result");
      case QuestionTooLongException e ->
          ApiException.wrongField(
              ProblemCode.QUESTION_TOO_LONG,
              new FieldError(
                  "question",
                  "too_long",
                  "has " + e.tokens() + " decoder tokens, at most " + e.allowed() + " are taken",
                  null,
                  1,
                  e.allowed()));
      case EncoderMissingException _ ->
          new ApiException(
              ProblemCode.MODEL_UNAVAILABLE,
              "the retrieval encoder is not loaded; search with mode 'lexical' works");
      case GenerationFailedException e ->
          new ApiException(
              ProblemCode.INTERNAL_ERROR, "the model failed while it wrote the answer", e);
      case HttpRequestMethodNotSupportedException e ->
          new ApiException(
              ProblemCode.METHOD_NOT_ALLOWED, "this address does not know " + e.getMethod());
      case HttpMediaTypeNotSupportedException e ->
          new ApiException(
              ProblemCode.UNSUPPORTED_MEDIA_TYPE,
              e.getContentType() == null
                  ? "the request has a body but no Content-Type that can be read"
                  : "bodies of the type " + e.getContentType() + " are not taken here");
      case HttpMediaTypeNotAcceptableException _ ->
          new ApiException(
              ProblemCode.NOT_ACCEPTABLE, "no media type of the Accept header can be written here");
      case RequestRejectedException e ->
          new ApiException(
              ProblemCode.MALFORMED_REQUEST,
              "the query or a header has a name or a value that is not taken",
              e);
      case InvalidParameterException e -> FallbackErrors.ofStatus(e.getErrorCode());
      case NoResourceFoundException _, NoHandlerFoundException _ ->
          new ApiException(ProblemCode.NOT_FOUND, "there is nothing at this address");
      case MissingServletRequestPartException e ->
          new ApiException(
              ProblemCode.INVALID_MULTIPART,
              "the part '" + e.getRequestPartName() + "' is missing");
      case MaxUploadSizeExceededException _, SizeLimitExceededException _ ->
          new ApiException(ProblemCode.BODY_TOO_LARGE, "the upload is larger than allowed");
      case SocketTimeoutException _ ->
          new ApiException(ProblemCode.REQUEST_TIMEOUT, "the body stopped arriving");
      case MultipartException e when e.getCause() == null -> invalidMultipart();
      case FileUploadException _ -> invalidMultipart();
      case MissingServletRequestParameterException e ->
          ApiException.wrongField(
              ProblemCode.MISSING_FIELD,
              new FieldError(e.getParameterName(), "missing_field", "is missing"));
      case MethodArgumentTypeMismatchException e ->
          ApiException.wrongField(
              ProblemCode.INVALID_PARAMETER,
              new FieldError(e.getName(), "wrong_type", "has the wrong type"));
      case HttpMessageNotReadableException e when e.getCause() == null ->
          new ApiException(ProblemCode.MALFORMED_JSON, "a JSON body is needed");
      case DataAccessException e ->
          new ApiException(
              ProblemCode.STORE_UNAVAILABLE, "the store cannot be reached at the moment", e);
      default -> null;
    };
  }

  private static ApiException invalidMultipart() {
    return new ApiException(
        ProblemCode.INVALID_MULTIPART, "the body is not a complete multipart/form-data upload");
  }

  private static ApiException refused(RefusedException e) {
    String detail = e.getMessage() == null ? "refused" : e.getMessage();
    ProblemCode code =
        switch (e.refusal()) {
          case COLLECTION_NOT_FOUND -> ProblemCode.COLLECTION_NOT_FOUND;
          case DOCUMENT_NOT_FOUND -> ProblemCode.DOCUMENT_NOT_FOUND;
          case JOB_NOT_FOUND -> ProblemCode.JOB_NOT_FOUND;
          case COLLECTION_EXISTS -> ProblemCode.COLLECTION_EXISTS;
          case JOB_FINAL -> ProblemCode.JOB_FINAL;
          case NOTHING_TO_RETRY -> ProblemCode.NOTHING_TO_RETRY;
          case REINDEX_RUNNING -> ProblemCode.REINDEX_RUNNING;
          case IDEMPOTENCY_KEY_REUSED -> ProblemCode.IDEMPOTENCY_KEY_REUSED;
          case VERSION_GONE -> ProblemCode.VERSION_GONE;
          case RANGE_OUT_OF_BOUNDS -> ProblemCode.RANGE_OUT_OF_BOUNDS;
          case INVALID_CURSOR -> ProblemCode.INVALID_CURSOR;
          case INVALID_PARAMETER -> ProblemCode.INVALID_PARAMETER;
          case BODY_TOO_LARGE -> ProblemCode.BODY_TOO_LARGE;
          case OVERLOADED -> ProblemCode.OVERLOADED;
          case STORAGE_FULL -> ProblemCode.STORAGE_FULL;
          case STORE_UNAVAILABLE -> ProblemCode.STORE_UNAVAILABLE;
          case INDEX_DEGRADED -> ProblemCode.INDEX_DEGRADED;
          case SHUTTING_DOWN -> ProblemCode.SHUTTING_DOWN;
        };
    Set<ProblemCode> slow = Set.of(ProblemCode.INDEX_DEGRADED, ProblemCode.OVERLOADED);
    return slow.contains(code)
        ? ApiException.retryAfter(code, detail, Duration.ofSeconds(5))
        : new ApiException(code, detail, e);
  }
}
