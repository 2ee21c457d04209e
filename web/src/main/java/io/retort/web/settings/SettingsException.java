package io.retort.web.settings;

/** A setting that cannot be used; the message names key, value and what is allowed. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }
}
