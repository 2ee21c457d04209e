package io.retort.web.cli;

import io.retort.web.UsageException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * Patterns over the files of a folder. One without {@code /} is about a name, wherever it stands;
 * one with {@code /} is about the path from the folder on, where {@code **} also stands for no
 * folder at all.
 */
final class Globs {
  private final List<Glob> globs;

  private Globs(List<Glob> globs) {
    this.globs = globs;
  }

  private record Glob(boolean ofName, List<PathMatcher> matchers) {
    boolean matches(Path path) {
      return matchers.stream().anyMatch(matcher -> matcher.matches(path));
    }
  }

  /**
   * @param flag that gave the patterns, for messages
   */
  static Globs of(String flag, List<String> patterns) {
    return new Globs(patterns.stream().map(pattern -> glob(flag, pattern)).toList());
  }

  private static Glob glob(String flag, String pattern) {
    try {
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      if (pattern.indexOf('/') < 0) {
        return new Glob(true, List.of(matcher));
      }
      if (!pattern.startsWith("**/")) {
        return new Glob(false, List.of(matcher));
      }
      String atTop = pattern.substring("**/".length());
      return new Glob(
          false, List.of(matcher, FileSystems.getDefault().getPathMatcher("glob:" + atTop)));
    } catch (PatternSyntaxException e) {
      throw new UsageException(flag + " is '" + pattern + "', no glob: " + e.getDescription());
    }
  }

  boolean isEmpty() {
    return globs.isEmpty();
  }

  /** Whether a pattern names the file or folder itself. */
  boolean match(Path relative) {
    return globs.stream()
        .anyMatch(glob -> glob.matches(glob.ofName() ? relative.getFileName() : relative));
  }
}
