package io.retort.encoder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("FX-1")
@Tag("FX-2")
@Tag("FX-3")
class ModelDirectoryTest {
  private static final byte[] CONTENT =
      "a tokenizer, as far as the manifest is concerned".getBytes(UTF_8);

  @TempDir Path temp;
  private ModelFolder folder;

  @BeforeEach
  void aFolderWithOneFile() {
    folder = new ModelFolder(temp).add("t.json", ModelRole.DECODER_TOKENIZER, CONTENT);
  }

  @Test
  void whatIsAsTheManifestSaysOpens() {
    ModelDirectory models = folder.open();

    VerifiedFile file = models.file(ModelRole.DECODER_TOKENIZER);
    assertThat(file.bytes()).isEqualTo(CONTENT);
    assertThat(file.sha256()).isEqualTo(VerifiedFile.sha256(CONTENT));
    assertThat(models.config().chunkLength()).isEqualTo(64);
    assertThat(models.config().decoder().ccaLayers()).containsExactly(6, 9);
    assertThat(models.config().prompt().styles()).containsEntry("short", "");
    assertThat(models.config().calibration()).containsEntry("min_confidence", 0.25);
    assertThat(models.find(ModelRole.DECODER)).isEmpty();
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    folder.write();
    Files.delete(folder.path("t.json"));

    assertRefused(folder::open, "t.json", "is missing");
  }

  @Test
  void aTruncatedFileIsRefusedWithBothSizes() throws IOException {
    folder.write();
    Files.write(folder.path("t.json"), List.of("short"));

    assertThatThrownBy(folder::open)
        .isInstanceOfSatisfying(
            ModelIntegrityException.class,
            e -> {
              assertThat(e.file()).isEqualTo("t.json");
              assertThat(e.expected()).isEqualTo(Integer.toString(CONTENT.length));
              assertThat(e.found()).isEqualTo("6");
            });
  }

  @Test
  void oneFlippedBitIsRefusedWithBothHashes() throws IOException {
    folder.write();
    byte[] flipped = CONTENT.clone();
    flipped[7] ^= 4;
    Files.write(folder.path("t.json"), flipped);

    assertThatThrownBy(folder::open)
        .isInstanceOfSatisfying(
            ModelIntegrityException.class,
            e -> {
              assertThat(e.expected()).isEqualTo(VerifiedFile.sha256(CONTENT));
              assertThat(e.found()).isEqualTo(VerifiedFile.sha256(flipped));
              assertThat(e).hasMessageContainingAll("t.json", e.expected(), e.found());
            });
  }

  @Test
  void aLinkIsRefusedEvenToTheRightBytes() throws IOException {
    folder.write();
    Files.move(folder.path("t.json"), folder.path("elsewhere.json"));
    Files.createSymbolicLink(folder.path("t.json"), folder.path("elsewhere.json"));

    assertRefused(folder::open, "t.json", "is a link");
  }

  @Test
  void aFileBehindALinkedFolderIsRefused() throws IOException {
    folder.add("deep/u.json", ModelRole.RETRIEVAL_TOKENIZER, CONTENT).write();
    Files.move(folder.path("deep"), folder.path("elsewhere"));
    Files.createSymbolicLink(folder.path("deep"), folder.path("elsewhere"));

    assertRefused(folder::open, "deep/u.json", "is a link");
  }

  @Test
  void aFolderInAFilesPlaceIsRefused() throws IOException {
    folder.write();
    Files.delete(folder.path("t.json"));
    Files.createDirectory(folder.path("t.json"));

    assertRefused(folder::open, "t.json", "is not a regular file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../t.json",
        "a/../t.json",
        "/etc/passwd",
        "./t.json",
        "a//b",
        "",
        "C:\\t",
        "a\\b"
      })
  void aPathThatIsNotPlainIsRefused(String path) {
    folder.list(path, "decoder", 1, VerifiedFile.sha256(CONTENT));

    assertRefused(folder::open, "manifest.json", "'" + path + "'");
  }

  @Test
  void aFileThatNobodyListsIsLeftAlone() {
    folder.write();
    assertThat(folder.path("README.md")).satisfies(path -> Files.writeString(path, "read me"));

    assertThat(folder.open().manifest().files()).hasSize(1);
  }

  @Test
  void aFileListedTwiceIsRefused() {
    folder.list("t.json", "decoder", CONTENT.length, VerifiedFile.sha256(CONTENT));

    assertRefused(folder::open, "manifest.json", "lists t.json twice");
  }

  @Test
  void twoFilesOfOneRoleAreNotChosenFrom() {
    ModelDirectory models = folder.add("u.json", ModelRole.DECODER_TOKENIZER, CONTENT).open();

    assertRefused(
        () -> models.file(ModelRole.DECODER_TOKENIZER), "manifest.json", "2 files as decoder_tok");
  }

  @Test
  void anUnlistedRoleIsNamed() {
    ModelDirectory models = folder.open();

    assertRefused(() -> models.file(ModelRole.DECODER), "manifest.json", "no file as decoder");
  }

  @Test
  void aPinnedManifestMustBeTheOne() throws IOException {
    Path root = folder.write();
    String pin = VerifiedFile.sha256(Files.readAllBytes(root.resolve("manifest.json")));

    assertThat(ModelDirectory.open(root, pin).config().name()).isEqualTo("test");
    folder.say("name", "edited").write();
    assertRefused(() -> ModelDirectory.open(root, pin), "manifest.json", pin);
  }

  @Test
  void onlyFilesOfTheRolesAskedForAreVerifiedAndOpened() {
    folder.list("gone.onnx", "decoder", 1, VerifiedFile.sha256(CONTENT));
    Path root = folder.write();

    ModelDirectory models = ModelDirectory.open(root, Set.of(ModelRole.DECODER_TOKENIZER));

    assertThat(models.file(ModelRole.DECODER_TOKENIZER).bytes()).isEqualTo(CONTENT);
    assertRefused(() -> models.file(ModelRole.DECODER), "manifest.json", "was opened without");
  }

  @Test
  void bytesThatChangedAfterTheCheckAreRefused() throws IOException {
    ModelDirectory models = folder.open();
    byte[] swapped = CONTENT.clone();
    swapped[0] ^= 1;
    Files.write(folder.path("t.json"), swapped);

    VerifiedFile file = models.file(ModelRole.DECODER_TOKENIZER);
    assertRefused(file::bytes, "t.json", VerifiedFile.sha256(swapped));
  }

  @Test
  void aFileReplacedAfterTheCheckIsNoticed() throws IOException {
    ModelDirectory models = folder.open();
    models.requireUnchanged();
    Path other = folder.path("other");
    Files.write(other, CONTENT);
    Files.delete(folder.path("t.json"));
    Files.move(other, folder.path("t.json"));

    assertRefused(models::requireUnchanged, "t.json", "was changed");
  }

  @Test
  void externalDataThatTheManifestListsIsFine() {
    folder
        .addResource("external.onnx", ModelRole.DECODER)
        .addResource("external.bin", ModelRole.DECODER_WEIGHTS);

    assertThat(folder.open().manifest().files()).hasSize(3);
  }

  @Test
  void externalDataThatTheManifestDoesNotListIsRefused() {
    folder.addResource("external.onnx", ModelRole.DECODER);

    assertRefused(folder::open, "external.onnx", "'external.bin', which the manifest does not");
  }

  @ParameterizedTest
  @ValueSource(strings = {"escaping.onnx", "escaping-attribute.onnx", "escaping-subgraph.onnx"})
  void externalDataOutsideTheFolderIsRefusedWhereverItIsNamed(String model) {
    folder.addResource(model, ModelRole.DECODER);

    assertRefused(folder::open, model, "'../outside.bin'");
  }

  @Test
  void whatIsNotAModelIsRefusedBeforeOnnxRuntimeSeesIt() {
    folder.add("noise.onnx", ModelRole.DECODER, CONTENT);

    assertRefused(folder::open, "noise.onnx", "is not an ONNX model");
  }

  @Test
  void everyFieldThatIsActedOnMustBeThere() {
    for (String field :
        List.of("format", "name", "chunk_length", "retrieved_length", "decoder", "prompt")) {
      ModelFolder lacking = new ModelFolder(temp).omit(field);
      assertRefused(lacking::open, "manifest.json", "'" + field + "', found nothing");
    }
    assertRefused(
        new ModelFolder(temp).say("chunk_length", "64")::open, "manifest.json", "found \"64\"");
    assertRefused(new ModelFolder(temp).say("chunk_length", 0)::open, "manifest.json", "positive");
    assertRefused(new ModelFolder(temp).say("format", 2)::open, "manifest.json", "format 2");
    assertRefused(new ModelFolder(temp).say("files", Map.of())::open, "manifest.json", "a list");
  }

  @Test
  void anUnknownRoleIsRefusedWithTheKnownOnes() {
    folder.list("u.json", "oracle", 1, VerifiedFile.sha256(CONTENT));

    assertRefused(folder::open, "manifest.json", "unknown role 'oracle'; known: retrieval_encoder");
  }

  @Test
  void aManifestThatIsNotJsonIsRefused() throws IOException {
    Files.writeString(folder.path("manifest.json"), "{\"format\": 1, \"format\": 1}");
    assertRefused(() -> ModelDirectory.open(temp), "manifest.json", "Duplicate");
    Files.writeString(folder.path("manifest.json"), "{\"format\": ");
    assertRefused(() -> ModelDirectory.open(temp), "manifest.json", "");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path missing = temp.resolve("no-such-folder");

    assertRefused(() -> ModelDirectory.open(missing), missing.toString(), "no such folder");
  }

  private static void assertRefused(ThrowingCallable call, String file, String finding) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ModelIntegrityException.class, e -> assertThat(e.file()).isEqualTo(file))
        .hasMessageContaining(finding);
  }
}
