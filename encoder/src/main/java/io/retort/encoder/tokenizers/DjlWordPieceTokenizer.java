package io.retort.encoder.tokenizers;

import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelRole;
import io.retort.encoder.Tokens;
import io.retort.encoder.VerifiedFile;
import io.retort.encoder.WordPieceTokenizer;
import java.util.HashSet;
import java.util.Set;

/** WordPiece by the native library of Hugging Face tokenizers. */
public final class DjlWordPieceTokenizer implements WordPieceTokenizer {
  private final TokenizerFile file;
  private final String sha256;
  private final NativeTokenizer tokenizer;
  private final int clsId;
  private final int sepId;

  private DjlWordPieceTokenizer(TokenizerFile file, String sha256) {
    this.file = file;
    this.sha256 = sha256;
    clsId = file.special("[CLS]");
    sepId = file.special("[SEP]");
    Set<Integer> forbidden = new HashSet<>(file.specials().values());
    forbidden.remove(file.special("[UNK]"));
    tokenizer = NativeTokenizer.load(file.plainJson(), forbidden);
  }

  /** Reads the folder's {@link ModelRole#RETRIEVAL_TOKENIZER}. */
  public static DjlWordPieceTokenizer open(ModelDirectory models) {
    VerifiedFile source = models.file(ModelRole.RETRIEVAL_TOKENIZER);
    return new DjlWordPieceTokenizer(
        TokenizerFile.parse(source.bytes(), source.entry().path(), "WordPiece"), source.sha256());
  }

  @Override
  public Tokens encode(String text) {
    return tokenizer.encode(text);
  }

  @Override
  public int clsId() {
    return clsId;
  }

  @Override
  public int sepId() {
    return sepId;
  }

  @Override
  public int vocabulary() {
    return file.vocabulary().size();
  }

  @Override
  public String sha256() {
    return sha256;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
