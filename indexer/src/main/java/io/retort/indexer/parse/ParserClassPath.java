package io.retort.indexer.parse;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * What a forked parser needs to see of this JVM's class path: the classes of this module and the
 * libraries that read formats, and neither server, index, ledger nor models.
 */
public final class ParserClassPath {
  private static final String MAIN_CLASS = "io/retort/indexer/parse/ParserMain.class";

  /** How the file names of those libraries begin. A test reads every format with just these. */
  private static final List<String> LIBRARIES =
      List.of(
          "SparseBitSet-",
          "apache-mime4j-",
          "bcjmail-",
          "bcpkix-",
          "bcprov-",
          "bcutil-",
          "commonmark-",
          "commons-codec-",
          "commons-collections4-",
          "commons-compress-",
          "commons-io-",
          "commons-lang3-",
          "commons-logging-",
          "commons-math3-",
          "curvesapi-",
          "fontbox-",
          "jsoup-",
          "juniversalchardet-",
          "log4j-api-",
          "pdfbox-",
          "poi-",
          "slf4j-api-",
          "tika-core-",
          "tika-parser-",
          "xmlbeans-");

  private ParserClassPath() {}

  /**
   * The entries of this JVM's {@code java.class.path} that a parser needs. Each has to be a folder
   * or a jar of its own on disk.
   *
   * @throws IllegalStateException if they are not, as in a jar that holds other jars
   */
  public static List<Path> ofThisJvm() {
    return among(System.getProperty("java.class.path"));
  }

  static List<Path> among(String classPath) {
    var needed = new ArrayList<Path>();
    boolean own = false;
    for (Path entry : expanded(classPath)) {
      if (holdsMainClass(entry)) {
        own = true;
        needed.add(entry);
      } else if (LIBRARIES.stream().anyMatch(entry.getFileName().toString()::startsWith)) {
        needed.add(entry);
      }
    }
    if (!own) {
      throw new IllegalStateException(
          "the class path has no folder and no plain jar with the parsers, so none can be forked;"
              + " start Retort from an unpacked layout (java -cp 'lib/*'), not from a jar of jars");
    }
    return List.copyOf(needed);
  }

  /** The entries, and those that the manifest of a jar without classes stands for. */
  private static List<Path> expanded(String classPath) {
    var entries = new ArrayList<Path>();
    for (String element : classPath.split(File.pathSeparator, -1)) {
      Path path = Path.of(element).toAbsolutePath();
      if (element.isEmpty() || path.getFileName() == null || !Files.exists(path)) {
        continue;
      }
      entries.add(path);
      if (Files.isRegularFile(path)) {
        entries.addAll(namedByManifest(path));
      }
    }
    return entries;
  }

  private static List<Path> namedByManifest(Path jar) {
    var entries = new ArrayList<Path>();
    try (var file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      String named =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      for (String url : named == null ? new String[0] : named.split(" ", -1)) {
        URI uri = jar.toUri().resolve(url);
        if (!url.isEmpty() && "file".equals(uri.getScheme())) {
          Path path = Path.of(uri);
          if (Files.exists(path)) {
            entries.add(path);
          }
        }
      }
    } catch (IOException e) {
      return List.of(); // not a jar, so it has no classes either
    }
    return entries;
  }

  private static boolean holdsMainClass(Path entry) {
    if (Files.isDirectory(entry)) {
      return Files.exists(entry.resolve(MAIN_CLASS));
    }
    try (var jar = new JarFile(entry.toFile())) {
      return jar.getEntry(MAIN_CLASS) != null;
    } catch (IOException e) {
      return false; // not a jar
    }
  }
}
