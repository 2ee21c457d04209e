package io.retort.indexer.parse;

/** A parser's reasoned refusal of a file. */
public final class DocumentRefusedException extends Exception {
  private static final long serialVersionUID = 1;

  private final Verdict.Kind kind;
  private final String code;

  private DocumentRefusedException(Verdict.Kind kind, String code, String message) {
    super(message, null, false, false);
    this.kind = kind;
    this.code = code;
  }

  /** The file opens with a password only. */
  public static DocumentRefusedException encrypted() {
    return new DocumentRefusedException(
        Verdict.Kind.ENCRYPTED, "encrypted", "the file opens with a password only");
  }

  /** There is nothing that reads such a file. */
  public static DocumentRefusedException unsupported(String message) {
    return new DocumentRefusedException(Verdict.Kind.UNSUPPORTED, "unsupported", message);
  }

  /** The file is beyond a limit. */
  public static DocumentRefusedException limit(String code, String message) {
    return new DocumentRefusedException(Verdict.Kind.LIMIT, code, message);
  }

  /** The file cannot be read as what it is. */
  public static DocumentRefusedException corrupt(String message) {
    return new DocumentRefusedException(Verdict.Kind.FAILED, "corrupt", message);
  }

  Verdict verdict() {
    return new Verdict(kind, code, String.valueOf(getMessage()));
  }
}
