package io.retort.encoder;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model folder every file of which was found to be what its manifest says: size, sha256, a
 * regular file, no link on the way, no external data that the manifest does not list. Files that
 * the manifest does not list are never opened. Immutable; holds nothing open.
 */
public final class ModelDirectory {
  public static final String MANIFEST = "manifest.json";
  private static final long LARGEST_MANIFEST = 1 << 20;

  private final Path folder;
  private final ModelManifest manifest;
  private final Map<String, VerifiedFile> files; // by path, in the manifest's order

  private ModelDirectory(Path folder, ModelManifest manifest, Map<String, VerifiedFile> files) {
    this.folder = folder;
    this.manifest = manifest;
    this.files = files;
  }

  /**
   * Reads the manifest and verifies every file that it lists.
   *
   * @throws ModelIntegrityException if one of them is not what the manifest says
   */
  public static ModelDirectory open(Path folder) {
    return open(folder, Optional.empty(), EnumSet.allOf(ModelRole.class));
  }

  /**
   * Like {@link #open(Path)}, but only files with these roles are verified, and only they can be
   * opened: one damaged model leaves the others usable.
   *
   * @throws ModelIntegrityException if one of them is not what the manifest says
   */
  public static ModelDirectory open(Path folder, Set<ModelRole> roles) {
    return open(folder, Optional.empty(), roles);
  }

  /**
   * Like {@link #open(Path)}, for a manifest that is itself pinned by its sha256.
   *
   * @throws ModelIntegrityException if the manifest or a file is not what was expected
   */
  public static ModelDirectory open(Path folder, String manifestSha256) {
    return open(folder, Optional.of(manifestSha256), EnumSet.allOf(ModelRole.class));
  }

  private static ModelDirectory open(
      Path folder, Optional<String> manifestSha256, Set<ModelRole> roles) {
    Path root = realFolder(folder);
    byte[] json = VerifiedFile.read(root, MANIFEST, LARGEST_MANIFEST);
    String sha256 = VerifiedFile.sha256(json);
    if (!manifestSha256.orElse(sha256).equals(sha256)) {
      throw ModelIntegrityException.differs(
          MANIFEST, "sha256", manifestSha256.orElseThrow(), sha256);
    }
    ModelManifest manifest = ManifestJson.parse(new String(json, UTF_8));
    Map<String, VerifiedFile> files = new LinkedHashMap<>();
    for (ModelManifest.Entry entry : manifest.files()) {
      if (roles.contains(entry.role())) {
        files.put(entry.path(), VerifiedFile.verify(root, entry));
      }
    }
    for (VerifiedFile file : files.values()) {
      if (file.entry().path().endsWith(".onnx")) {
        refuseUnlistedExternalData(file, files);
      }
    }
    return new ModelDirectory(root, manifest, Map.copyOf(files));
  }

  /** ONNX Runtime would open whatever a graph names; what it names must have been verified. */
  private static void refuseUnlistedExternalData(
      VerifiedFile graph, Map<String, VerifiedFile> files) {
    String path = graph.entry().path();
    String parent = path.substring(0, path.lastIndexOf('/') + 1);
    for (String location : ExternalData.locations(graph.path(), path)) {
      VerifiedFile.requirePlainPath(location, path);
      if (!files.containsKey(parent + location)) {
        throw new ModelIntegrityException(
            path,
            "refers to external data in '" + location + "', which the manifest does not list");
      }
    }
  }

  private static Path realFolder(Path folder) {
    try {
      Path real = folder.toRealPath();
      if (!Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isDirectory()) {
        throw new ModelIntegrityException(folder.toString(), "is not a folder");
      }
      return real;
    } catch (NoSuchFileException e) {
      throw new ModelIntegrityException(folder.toString(), "there is no such folder", e);
    } catch (IOException e) {
      throw new ModelIntegrityException(folder.toString(), "cannot be read: " + e, e);
    }
  }

  public Path folder() {
    return folder;
  }

  public ModelConfig config() {
    return manifest.config();
  }

  public ModelManifest manifest() {
    return manifest;
  }

  /** The one file with this role, if the manifest lists one. */
  public Optional<VerifiedFile> find(ModelRole role) {
    List<VerifiedFile> found =
        files.values().stream().filter(file -> file.entry().role() == role).toList();
    if (found.size() > 1) {
      throw new ModelIntegrityException(
          MANIFEST, "lists %d files as %s".formatted(found.size(), role.manifestName()));
    }
    return found.stream().findFirst();
  }

  /**
   * The one file with this role.
   *
   * @throws ModelIntegrityException if the manifest lists none
   */
  public VerifiedFile file(ModelRole role) {
    return find(role)
        .orElseThrow(
            () ->
                new ModelIntegrityException(
                    MANIFEST,
                    (manifest.files().stream().anyMatch(file -> file.role() == role)
                            ? "was opened without the file that it lists as "
                            : "lists no file as ")
                        + role.manifestName()));
  }

  /** The size of a graph together with the files that its weights lie in. */
  public long bytesWithWeights(VerifiedFile graph) {
    String path = graph.entry().path();
    String parent = path.substring(0, path.lastIndexOf('/') + 1);
    long bytes = graph.entry().size();
    for (String location : ExternalData.locations(graph.path(), path)) {
      VerifiedFile weights = files.get(parent + location);
      bytes += weights == null ? 0 : weights.entry().size(); // verified, so it is never missing
    }
    return bytes;
  }

  /**
   * Asked after a library opened files of the folder by their paths: they were still the verified
   * ones.
   *
   * @throws ModelIntegrityException if a file was touched since
   */
  public void requireUnchanged() {
    for (VerifiedFile file : files.values()) {
      file.requireUnchanged();
    }
  }
}
