package io.retort.encoder;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A model folder every file of which was found to be what its manifest says: size, sha256, a
 * regular file, no link on the way, no external data that the manifest does not list. Immutable;
 * holds nothing open.
 */
public final class ModelDirectory {
  public static final String MANIFEST = "manifest.json";

  private final Path folder;
  private final ModelManifest manifest;

  private ModelDirectory(Path folder, ModelManifest manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /**
   * Reads the manifest and verifies every file that it lists.
   *
   * @throws ModelIntegrityException if one of them is not what the manifest says
   */
  public static ModelDirectory open(Path folder) {
    throw new UnsupportedOperationException(folder.toString());
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
  public Optional<ModelManifest.Entry> find(ModelRole role) {
    return manifest.files().stream().filter(file -> file.role() == role).findFirst();
  }
}
