package io.retort.encoder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A model folder made for one test, whose manifest tells the truth unless the test edits it. */
public final class ModelFolder {
  private final Path folder;
  private final Map<String, Object> manifest = new LinkedHashMap<>();
  private final List<Map<String, Object>> files = new ArrayList<>();

  public ModelFolder(Path folder) {
    this.folder = folder;
    manifest.put("format", 1);
    manifest.put("name", "test");
    manifest.put("chunk_length", 64);
    manifest.put("retrieved_length", 128);
    manifest.put(
        "decoder",
        new LinkedHashMap<>(
            Map.of(
                "layers",
                30,
                "heads",
                9,
                "kv_heads",
                3,
                "head_dim",
                64,
                "vocabulary",
                49152,
                "end_token",
                2,
                "cca_layers",
                List.of(6, 9),
                "copy_dim",
                128,
                "copy_continuation",
                4.0,
                "max_positions",
                2048)));
    manifest.put("prompt", Map.of("prefix", "<", "suffix", ">", "styles", Map.of("short", "")));
    manifest.put("calibration", Map.of("min_confidence", 0.25));
    manifest.put("files", files);
  }

  public Path path(String name) {
    return folder.resolve(name);
  }

  /** Writes a file and lists it as it is. */
  public ModelFolder add(String path, ModelRole role, byte[] content) {
    try {
      Files.createDirectories(path(path).getParent());
      Files.write(path(path), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return list(path, role.manifestName(), content.length, VerifiedFile.sha256(content));
  }

  /** Copies a model of this module's test resources. */
  public ModelFolder addResource(String resource, ModelRole role) {
    return add(resource, role, resource(resource));
  }

  /** Lists a file without writing it. */
  public ModelFolder list(String path, String role, long size, String sha256) {
    files.add(
        new LinkedHashMap<>(Map.of("path", path, "role", role, "size", size, "sha256", sha256)));
    return this;
  }

  /** Says something else in the manifest. */
  public ModelFolder say(String field, Object value) {
    manifest.put(field, value);
    return this;
  }

  public ModelFolder omit(String field) {
    manifest.remove(field);
    return this;
  }

  public Path write() {
    try {
      Files.writeString(
          path(ModelDirectory.MANIFEST), JsonMapper.shared().writeValueAsString(manifest));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  public ModelDirectory open() {
    return ModelDirectory.open(write());
  }

  private static byte[] resource(String name) {
    try (var in = ModelFolder.class.getResourceAsStream("/models/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no test model " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
