package io.retort.web.cli;

import io.retort.web.UsageException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that a command line names, in the order of their paths. A file in a folder keeps its
 * path from that folder on; a file named by itself has its name.
 *
 * @param unreadable what could not be read, with the reason
 * @param links how many symbolic links were passed by
 */
record FileSelection(List<LocalFile> files, List<Unreadable> unreadable, int links) {
  static final FileSelection NONE = new FileSelection(List.of(), List.of(), 0);

  FileSelection {
    files = List.copyOf(files);
    unreadable = List.copyOf(unreadable);
  }

  record Unreadable(String path, String why) {}

  /**
   * @param names of files and folders
   * @param include if not empty, what a file in a folder must match
   * @param exclude which files and folders in a folder are left out
   */
  static FileSelection of(List<String> names, Globs include, Globs exclude) throws IOException {
    var walk = new Walk(include, exclude);
    for (String name : names) {
      Path path;
      try {
        path = Path.of(name);
      } catch (InvalidPathException e) {
        throw new UsageException("'" + name + "' is no path: " + e.getReason());
      }
      if (Files.isDirectory(path)) {
        // What the command line names is followed even if it is a link; what lies inside is not.
        walk.folder(path.toRealPath());
      } else if (Files.isRegularFile(path)) {
        walk.add(path.getFileName().toString(), path, Files.size(path));
      } else {
        throw new UsageException(
            Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                ? "'" + name + "' is neither a file nor a folder"
                : "there is no file or folder '" + name + "'");
      }
    }
    return walk.selection();
  }

  private static final class Walk {
    private final Globs include;
    private final Globs exclude;
    private final Map<String, LocalFile> files = new HashMap<>();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private int links;

    Walk(Globs include, Globs exclude) {
      this.include = include;
      this.exclude = exclude;
    }

    void folder(Path root) throws IOException {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return !folder.equals(root) && exclude.match(root.relativize(folder))
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              Path relative = root.relativize(file);
              if (exclude.match(relative) || !include.isEmpty() && !include.match(relative)) {
                return FileVisitResult.CONTINUE;
              }
              if (attributes.isSymbolicLink()) {
                links++;
              } else if (attributes.isRegularFile()) {
                add(slashed(relative), file, attributes.size());
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
              unreadable.add(new Unreadable(slashed(root.relativize(file)), reason(failure)));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
              if (failure != null) {
                unreadable.add(new Unreadable(slashed(root.relativize(folder)), reason(failure)));
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }

    void add(String path, Path file, long size) {
      if (!Files.isReadable(file)) {
        unreadable.add(new Unreadable(path, "may not be read"));
        return;
      }
      LocalFile other = files.putIfAbsent(path, new LocalFile(path, file, size));
      if (other != null) {
        throw new UsageException(
            "'"
                + other.file()
                + "' and '"
                + file
                + "' would both be "
                + path
                + "; ingest a folder that holds both, or one after the other into two collections");
      }
    }

    FileSelection selection() {
      List<LocalFile> sorted =
          files.values().stream().sorted(Comparator.comparing(LocalFile::path)).toList();
      return new FileSelection(sorted, unreadable, links);
    }

    private static String slashed(Path relative) {
      return relative.toString().replace(relative.getFileSystem().getSeparator(), "/");
    }

    private static String reason(IOException failure) {
      return failure instanceof java.nio.file.AccessDeniedException
          ? "may not be read"
          : "cannot be read: " + failure.getMessage();
    }
  }

  /** The files in runs that one request takes each. */
  List<List<LocalFile>> batches(int mostFiles, long mostBytes) {
    var batches = new ArrayList<List<LocalFile>>();
    var batch = new ArrayList<LocalFile>();
    long bytes = 0;
    for (LocalFile file : files) {
      boolean full = batch.size() == mostFiles || bytes + file.size() > mostBytes;
      if (full && !batch.isEmpty()) {
        batches.add(List.copyOf(batch));
        batch.clear();
        bytes = 0;
      }
      batch.add(file);
      bytes += file.size();
    }
    if (!batch.isEmpty()) {
      batches.add(List.copyOf(batch));
    }
    return batches;
  }
}
