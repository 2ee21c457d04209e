package io.retort.web.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A question set in JSON lines. A line has the fields <i>question</i> and <i>answers</i>, a list
 * that is empty if there is no answer, and may have <i>id</i>; <i>path</i> and <i>spans</i>, or
 * <i>context</i>, which say where the answer stands; and <i>neighbours</i>, each with <i>title</i>,
 * <i>text</i> and perhaps <i>continuation</i>, with <i>gold</i>, the index of the one that answers
 * it. Other fields are passed over.
 *
 * @param name as messages show it
 * @param sha256 of its bytes
 * @param questions of the lines that could be read
 * @param complaints about the others
 */
public record QuestionFile(
    String name, String sha256, List<Question> questions, List<Complaint> complaints) {
  private static final int LONGEST_LINE = 16 << 20;
  private static final int LONGEST_QUESTION = 2_000;
  private static final int LONGEST_COMPLAINT = 300;
  private static final byte[] XZ = {(byte) 0xFD, '7', 'z', 'X', 'Z'};
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  public QuestionFile {
    requireNonNull(name, "name");
    requireNonNull(sha256, "sha256");
    questions = List.copyOf(questions);
    complaints = List.copyOf(complaints);
  }

  /**
   * What is wrong with a line.
   *
   * @param line from 1
   */
  public record Complaint(String file, int line, String problem) {
    public Complaint {
      requireNonNull(file, "file");
      requireNonNull(problem, "problem");
    }

    @Override
    public String toString() {
      return "%s, line %d: %s".formatted(file, line, problem);
    }
  }

  /**
   * Reads a file, or standard input for {@code -}, so that {@code xz -dc} can stand before it.
   *
   * @param withNeighbours whether each line must have neighbours
   * @throws IllegalArgumentException if this is no text in lines at all
   */
  public static QuestionFile read(String source, boolean withNeighbours) throws IOException {
    if (source.equals("-")) {
      return read("standard input", System.in, withNeighbours);
    }
    try (InputStream in = Files.newInputStream(Path.of(source))) {
      return read(source, in, withNeighbours);
    }
  }

  /** As {@link #read(String, boolean)}, from wherever the set comes. */
  public static QuestionFile read(String name, InputStream in, boolean withNeighbours)
      throws IOException {
    MessageDigest digest = digest();
    var bytes = new BufferedInputStream(new DigestInputStream(in, digest));
    var reading = new Reading(name, withNeighbours);
    bytes.mark(XZ.length);
    if (Arrays.equals(bytes.readNBytes(XZ.length), XZ)) {
      throw new IllegalArgumentException(
          name + " is compressed; pipe what xz -dc makes of it into standard input, named -");
    }
    bytes.reset();
    for (byte[] line = line(name, 1, bytes); line != null; ) {
      reading.add(line);
      line = line(name, reading.number + 1, bytes);
    }
    return new QuestionFile(
        name, HexFormat.of().formatHex(digest.digest()), reading.questions, reading.complaints);
  }

  /** Some of the questions, drawn without repetition, in the order of the set; 0 is all. */
  public List<Question> draw(int limit, long seed) {
    if (limit == 0 || limit >= questions.size()) {
      return questions;
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, questions.size()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    return order.subList(0, limit).stream().sorted().map(questions::get).toList();
  }

  private static byte @Nullable [] line(String name, int number, InputStream in)
      throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return line.size() == 0 ? null : line.toByteArray();
      }
      if (line.size() == LONGEST_LINE) {
        throw new IllegalArgumentException(
            "%s, line %d has more than %,d bytes; this is not JSON lines"
                .formatted(name, number, LONGEST_LINE));
      }
      line.write(b);
    }
    return line.toByteArray();
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-256", e);
    }
  }

  /** What has been read so far. */
  private static final class Reading {
    private final String name;
    private final boolean withNeighbours;
    private final List<Question> questions = new ArrayList<>();
    private final List<Complaint> complaints = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private int number;

    Reading(String name, boolean withNeighbours) {
      this.name = name;
      this.withNeighbours = withNeighbours;
    }

    void add(byte[] line) {
      number++;
      try {
        String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
        if (number == 1 && text.startsWith(BYTE_ORDER_MARK)) {
          text = text.substring(1);
        }
        if (!text.isBlank()) {
          Question question = question(JSON.readTree(text));
          if (!ids.add(question.id())) {
            throw new BadLine("the id '" + question.id() + "' stands in a line before");
          }
          questions.add(question);
        }
      } catch (CharacterCodingException e) {
        complain("is not UTF-8");
      } catch (JacksonException e) {
        complain("is not one JSON object: " + e.getOriginalMessage());
      } catch (BadLine | IllegalArgumentException e) {
        complain(String.valueOf(e.getMessage()));
      }
    }

    private void complain(String what) {
      boolean fits = what.length() <= LONGEST_COMPLAINT;
      complaints.add(
          new Complaint(name, number, fits ? what : what.substring(0, LONGEST_COMPLAINT) + "…"));
    }

    private Question question(JsonNode row) throws BadLine {
      if (!row.isObject()) {
        throw new BadLine("is not one JSON object");
      }
      String text = string(row, "question");
      if (text == null || text.isBlank()) {
        throw new BadLine("the field 'question' is missing");
      }
      if (text.codePointCount(0, text.length()) > LONGEST_QUESTION) {
        throw new BadLine("'question' has more than %,d characters".formatted(LONGEST_QUESTION));
      }
      String id = string(row, "id");
      List<Neighbour> neighbours = neighbours(row);
      return new Question(
          id == null ? "line " + number : id,
          text,
          answers(row),
          string(row, "path"),
          spans(row),
          string(row, "context"),
          neighbours,
          withNeighbours ? row.path("gold").asInt(-1) : -1);
    }

    private static List<String> answers(JsonNode row) throws BadLine {
      JsonNode given = row.path("answers");
      if (!given.isArray()) {
        throw new BadLine("the list 'answers' is missing; it is empty if there is no answer");
      }
      List<String> answers = new ArrayList<>();
      for (JsonNode answer : given) {
        if (!answer.isString() || answer.stringValue().isBlank()) {
          throw new BadLine("each of 'answers' must be a text, not " + answer);
        }
        answers.add(answer.stringValue());
      }
      return answers;
    }

    private static List<TextSpan> spans(JsonNode row) throws BadLine {
      List<TextSpan> spans = new ArrayList<>();
      for (JsonNode span : row.path("spans")) {
        if (!span.path("start").isInt() || !span.path("end").isInt()) {
          throw new BadLine("each of 'spans' must have start and end, not " + span);
        }
        spans.add(new TextSpan(span.path("start").asInt(), span.path("end").asInt()));
      }
      return spans;
    }

    private List<Neighbour> neighbours(JsonNode row) throws BadLine {
      if (!withNeighbours) {
        return List.of();
      }
      if (!row.path("neighbours").isArray()) {
        throw new BadLine("the list 'neighbours' is missing");
      }
      for (JsonNode neighbour : row.path("neighbours")) {
        if (!neighbour.path("text").isString()) {
          throw new BadLine("each of 'neighbours' must have a text");
        }
      }
      return GivenNeighbours.of(questions.size(), row);
    }

    private static @Nullable String string(JsonNode row, String field) throws BadLine {
      JsonNode value = row.path(field);
      if (value.isMissingNode() || value.isNull()) {
        return null;
      }
      if (!value.isString()) {
        throw new BadLine("'%s' must be a text, not %s".formatted(field, value));
      }
      return value.stringValue();
    }
  }

  /** A line that says no question. */
  private static final class BadLine extends Exception {
    private static final long serialVersionUID = 1L;

    BadLine(String message) {
      super(message);
    }
  }
}
