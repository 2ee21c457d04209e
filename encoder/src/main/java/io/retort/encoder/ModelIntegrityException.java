package io.retort.encoder;

import org.jspecify.annotations.Nullable;

/**
 * A file of a model folder is not what the manifest says, or is not where a model's file may be.
 * Nothing of the folder was opened.
 */
public final class ModelIntegrityException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final @Nullable String expected;
  private final @Nullable String found;

  /** A finding that is not about two values, such as a link where a regular file belongs. */
  public ModelIntegrityException(String file, String finding) {
    this(file, finding, null, null, null);
  }

  public ModelIntegrityException(String file, String finding, Throwable cause) {
    this(file, finding, null, null, cause);
  }

  private ModelIntegrityException(
      String file,
      String finding,
      @Nullable String expected,
      @Nullable String found,
      @Nullable Throwable cause) {
    super("model file " + file + ": " + finding, cause);
    this.file = file;
    this.expected = expected;
    this.found = found;
  }

  static ModelIntegrityException differs(String file, String what, String expected, String found) {
    return new ModelIntegrityException(
        file,
        "expected %s %s, found %s; put the released file back, or fetch the model again"
            .formatted(what, expected, found),
        expected,
        found,
        null);
  }

  /** The path as the manifest gives it. */
  public String file() {
    return file;
  }

  /** The sha256 or size that the manifest gives, where that is what differs. */
  public @Nullable String expected() {
    return expected;
  }

  /** The sha256 or size of the file that is there, where that is what differs. */
  public @Nullable String found() {
    return found;
  }
}
