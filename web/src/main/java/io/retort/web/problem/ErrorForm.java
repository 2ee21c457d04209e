package io.retort.web.problem;

/** Another form of errors than {@link Problem}, for addresses whose clients expect it. As JSON. */
public interface ErrorForm {
  /** Whether errors at this path have this form. */
  boolean covers(String path);

  /**
   * The body, of the type {@link #type()}.
   *
   * @param instance the path that was asked for
   */
  Object body(ApiException exception, String instance, String traceId);

  Class<?> type();

  /** The word that such a body has for the problem. */
  default String code(ProblemCode code) {
    return code.code();
  }
}
