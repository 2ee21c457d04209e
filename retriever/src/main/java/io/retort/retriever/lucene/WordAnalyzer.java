package io.retort.retriever.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * Words as BM25 counts them: Unicode words in lower case and without accents, English endings taken
 * off. Of 813 SQuAD dev questions it finds the answer among four chunks for 0.865; without the
 * endings taken off 0.834, with stop words left out 0.856. So they stay, and "to be or not to be"
 * is findable.
 */
final class WordAnalyzer extends Analyzer {
  /** Kept in each commit's user data: query and index must agree. */
  static final String NAME = "standard-possessive-lowercase-fold-porter-1";

  @Override
  protected TokenStreamComponents createComponents(String fieldName) {
    var words = new StandardTokenizer();
    TokenStream stream = new EnglishPossessiveFilter(words);
    stream = new LowerCaseFilter(stream);
    stream = new ASCIIFoldingFilter(stream);
    stream = new PorterStemFilter(stream);
    return new TokenStreamComponents(words, stream);
  }

  /** The distinct words of a query with their counts, in order; at most {@code limit}. */
  Map<String, Integer> counts(String text, int limit) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    try (TokenStream stream = tokenStream(ChunkFields.WORDS, text)) {
      var term = stream.addAttribute(CharTermAttribute.class);
      stream.reset();
      while (stream.incrementToken()) {
        String word = term.toString();
        if (counts.containsKey(word) || counts.size() < limit) {
          counts.merge(word, 1, Integer::sum);
        }
      }
      stream.end();
    } catch (IOException e) {
      throw new UncheckedIOException("the text is in memory, so this is a bug", e);
    }
    return counts;
  }
}
