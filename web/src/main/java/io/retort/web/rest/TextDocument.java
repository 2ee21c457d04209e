package io.retort.web.rest;

import io.retort.indexer.Upload;
import io.retort.web.json.RequestBodyModel;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A document that comes as text. */
@RequestBodyModel
public record TextDocument(
    @NotNull String path,
    @NotNull String text,
    @Pattern(regexp = "text/(plain|markdown|html)") @Nullable String mediaType,
    @Size(min = 0, max = 300) @Nullable String title,
    @Size(min = 0, max = 32) @Nullable List<@Size(min = 1, max = 64) String> tags,
    @Size(min = 0, max = 64) @Nullable Map<String, Object> metadata) {

  /** The text as a file. */
  public Upload upload() {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Upload(
        path,
        UploadController.title(title),
        mediaType == null ? "text/plain" : mediaType,
        tags == null ? List.of() : tags,
        metadata == null ? Map.of() : metadata,
        () -> new ByteArrayInputStream(bytes));
  }
}
