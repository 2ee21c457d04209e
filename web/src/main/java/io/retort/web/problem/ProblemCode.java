package io.retort.web.problem;

import java.util.Locale;

/**
 * Every reason for which a request is refused or fails. The name in lower case is the {@code code}
 * of the problem and the last part of its {@code type}, whose page shows {@link #advice()}.
 */
public enum ProblemCode {
  MALFORMED_JSON(
      400,
      "Malformed JSON",
      "The body is not one well-formed JSON document in UTF-8. Duplicate keys, NaN, text after the"
          + " document and nesting deeper than 50 levels are refused too."),
  MALFORMED_REQUEST(400, "Malformed request", "This is not a well-formed HTTP request."),
  UNKNOWN_FIELD(
      400,
      "Unknown field",
      "The request has a field that this call does not know. Check its spelling; fields are written"
          + " in snake_case."),
  MISSING_FIELD(400, "Missing field", "A field that this call needs is absent or null."),
  INVALID_PARAMETER(
      400,
      "Invalid parameter",
      "A value has the wrong type or is outside its bounds. The list of errors names each field with"
          + " its bounds."),
  UNSUPPORTED_PARAMETER(
      400,
      "Unsupported parameter",
      "The OpenAI-compatible API knows this parameter but cannot do what it asks for. Leave it out."),
  CONTEXT_LENGTH_EXCEEDED(
      400,
      "Context length exceeded",
      "A text has more tokens than the encoder can see. Cut it into shorter ones."),
  QUESTION_TOO_LONG(
      400,
      "Question too long",
      "The question has more decoder tokens than the model can take. Shorten it; the message says by"
          + " how much."),
  INVALID_FILTER(
      400,
      "Invalid filter",
      "A filter is not one of eq, any, range, prefix and exists with the values that it needs, or its"
          + " values do not fit the type of its field."),
  UNKNOWN_FILTER_FIELD(
      400,
      "Unknown filter field",
      "A filter names a field that is neither built in nor declared by every searched collection."),
  RANGE_OUT_OF_BOUNDS(
      400,
      "Range out of bounds",
      "The wanted range does not lie inside the document's text, or is longer than 100,000 code"
          + " points. Offsets count Unicode code points."),
  INVALID_CURSOR(
      400,
      "Invalid cursor",
      "The cursor was not made by this list, or with other filters. Start again without one."),
  INVALID_DATASET(
      400,
      "Invalid question set",
      "A line of the set is no question; the list of errors names the lines. Each line is one JSON"
          + " object with question and answers, a list that is empty if there is no answer. With"
          + " strict=false bad lines are left out."),
  INVALID_MULTIPART(
      400,
      "Invalid multipart body",
      "The upload is not a complete multipart/form-data body with one to 1,000 parts named 'file' and"
          + " at most one JSON part named 'items'."),
  UNAUTHENTICATED(
      401,
      "Unauthenticated",
      "Send an API key as 'Authorization: Bearer rt_…', or open a one-time login address in a"
          + " browser; 'retort login' prints one."),
  MISSING_SCOPE(
      403,
      "Missing scope",
      "The credential is valid but may not do this. Ask an administrator for a key with the named"
          + " scope."),
  CSRF_TOKEN_INVALID(
      403,
      "CSRF token invalid",
      "A change made with a session cookie needs the header X-XSRF-TOKEN with the value of the cookie"
          + " XSRF-TOKEN. Reload the page."),
  HOST_NOT_ALLOWED(
      403,
      "Host not allowed",
      "The Host header is not in retort.server.allowed-hosts. Use the configured address, or add the"
          + " host to the setting."),
  ORIGIN_NOT_ALLOWED(
      403,
      "Origin not allowed",
      "The request comes from a page of another origin. Only pages of this service may call it from a"
          + " browser."),
  NOT_FOUND(404, "Not found", "There is nothing at this address."),
  COLLECTION_NOT_FOUND(
      404, "Collection not found", "The collection does not exist, or not for this credential."),
  DOCUMENT_NOT_FOUND(
      404, "Document not found", "The document does not exist, or not for this credential."),
  JOB_NOT_FOUND(404, "Job not found", "The job does not exist, or not for this credential."),
  ANSWER_NOT_FOUND(
      404,
      "Answer not found",
      "The answer does not exist, was not stored, or was asked by somebody else."),
  CONVERSATION_NOT_FOUND(
      404,
      "Conversation not found",
      "The conversation does not exist, or somebody else began it. Each belongs to one credential."),
  FEEDBACK_NOT_FOUND(404, "Feedback not found", "Nobody has rated the answer yet."),
  EVALUATION_NOT_FOUND(
      404, "Evaluation not found", "The run does not exist, or not for this credential."),
  DATASET_NOT_FOUND(
      404,
      "Question set not found",
      "The question set does not exist, or not for this credential."),
  KEY_NOT_FOUND(404, "Key not found", "There is no such API key."),
  METHOD_NOT_ALLOWED(
      405, "Method not allowed", "The header Allow lists the methods of this address."),
  NOT_ACCEPTABLE(
      406, "Not acceptable", "This call cannot answer in any media type of the Accept header."),
  REQUEST_TIMEOUT(
      408, "Request timeout", "The body stopped arriving for 30 seconds. Send it again."),
  COLLECTION_EXISTS(409, "Collection exists", "There is a collection with this id already."),
  DATASET_EXISTS(
      409, "Question set exists", "Somebody else has a question set of this name. Choose another."),
  EVALUATION_UNFINISHED(
      409,
      "Evaluation unfinished",
      "The run has no figures: it has not come to its end, was cancelled, or failed."),
  EVALUATION_RUNNING(
      409, "Evaluation running", "The run waits or runs. Cancel its job before you delete it."),
  CONVERSATION_FULL(
      409,
      "Conversation full",
      "The conversation has as many turns as one may have. Begin a new one."),
  JOB_FINAL(409, "Job is final", "The job has ended and cannot be cancelled."),
  NOTHING_TO_RETRY(
      409, "Nothing to retry", "No item of the job or document is in a state that can be retried."),
  REINDEX_RUNNING(
      409, "Reindex running", "The index is being rebuilt already. Wait for the job to end."),
  IDEMPOTENCY_IN_PROGRESS(
      409,
      "Idempotent request in progress",
      "The first request with this Idempotency-Key is still running. Try again after the time in"
          + " Retry-After."),
  VERSION_GONE(
      410,
      "Version gone",
      "The document has a newer version; texts of earlier versions are not kept."),
  BODY_TOO_LARGE(413, "Body too large", "The body is larger than this call takes."),
  UNSUPPORTED_MEDIA_TYPE(
      415, "Unsupported media type", "This call does not take a body of this Content-Type."),
  RANGE_NOT_SATISFIABLE(
      416, "Range not satisfiable", "The byte range lies outside the original file."),
  IDEMPOTENCY_KEY_REUSED(
      422,
      "Idempotency key reused",
      "This Idempotency-Key was used with another body. Use a new key for a new request."),
  RATE_LIMITED(
      429,
      "Rate limited",
      "This key has used up its requests, or as many of them wait as may wait of one key. Wait for the"
          + " time in Retry-After."),
  HEADERS_TOO_LARGE(431, "Headers too large", "The request's headers exceed 16 KiB."),
  INTERNAL_ERROR(
      500,
      "Internal error",
      "The service failed. Its log has the cause under the trace id of this problem."),
  DEVICE_LOST(
      500, "Device lost", "The accelerator failed while the answer was written. Ask again."),
  OVERLOADED(
      503,
      "Overloaded",
      "As many requests wait as the service can serve in reasonable time. Try again after the time in"
          + " Retry-After."),
  MODELS_LOADING(503, "Models loading", "The service has just started. Try again in a moment."),
  MODEL_UNAVAILABLE(
      503,
      "Model unavailable",
      "A model file is missing or differs from its manifest. Put the file back that the detail names,"
          + " and restart."),
  INDEX_DEGRADED(
      503,
      "Index degraded",
      "The index is missing, damaged or was built with another encoder, and is being rebuilt or waits"
          + " for it. Uploads are accepted meanwhile."),
  STORE_UNAVAILABLE(
      503, "Store unavailable", "The store of documents and keys cannot be read at the moment."),
  SHUTTING_DOWN(503, "Shutting down", "The service is stopping. Try again after its restart."),
  DEADLINE_EXCEEDED(
      504, "Deadline exceeded", "The time limit of the request ended before there was a result."),
  STORAGE_FULL(
      507,
      "Storage full",
      "The disk is nearly full, so uploads are refused; answers go on. Free space, and uploads resume"
          + " by themselves.");

  private final int status;
  private final String title;
  private final String advice;

  ProblemCode(int status, String title, String advice) {
    this.status = status;
    this.title = title;
    this.advice = advice;
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  /** What the reader can do about it; the text of the help page. */
  public String advice() {
    return advice;
  }

  /** The {@code code} of the problem, as {@code invalid_parameter}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String type() {
    return "/problems/" + code();
  }
}
