package io.retort.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A question set in JSON lines: each has a question and its answers, and in sets like SQuAD a title
 * and a context. Each distinct context is a document.
 */
record Questions(List<Paragraph> paragraphs, List<Question> questions) {
  record Paragraph(String documentId, String title, String text) {}

  /**
   * One question with what would answer it.
   *
   * @param documentId of the paragraph that holds the answer, empty if the set names none
   */
  record Question(String text, List<String> answers, String documentId) {}

  /** Reads a file, or standard input for {@code -}, so that {@code xz -dc} can stand before it. */
  static Questions read(String source) throws IOException {
    try (BufferedReader reader =
        source.equals("-")
            ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
            : Files.newBufferedReader(Path.of(source))) {
      var json = JsonMapper.builder().build();
      Map<String, Paragraph> paragraphs = new LinkedHashMap<>();
      List<Question> questions = new ArrayList<>();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        JsonNode row = json.readTree(line);
        List<String> answers = new ArrayList<>();
        row.path("answers").forEach(answer -> answers.add(answer.asString()));
        String documentId = "";
        if (row.hasNonNull("context")) {
          String text = row.path("context").asString();
          String title = row.path("title").asString().replace('_', ' ');
          int number = paragraphs.size();
          documentId =
              paragraphs
                  .computeIfAbsent(text, t -> new Paragraph("p%05d".formatted(number), title, t))
                  .documentId();
        }
        questions.add(new Question(row.path("question").asString(), answers, documentId));
      }
      return new Questions(List.copyOf(paragraphs.values()), questions);
    }
  }

  /**
   * The set with a corpus beside its paragraphs, lines of JSON with {@code title} and {@code text}.
   */
  Questions beside(Path corpus) throws IOException {
    var json = JsonMapper.builder().build();
    List<Paragraph> all = new ArrayList<>(paragraphs);
    try (BufferedReader reader = Files.newBufferedReader(corpus)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        JsonNode row = json.readTree(line);
        var id = "b%06d".formatted(all.size());
        all.add(new Paragraph(id, row.path("title").asString(), row.path("text").asString()));
      }
    }
    return new Questions(List.copyOf(all), questions);
  }

  /** Without those that nothing answers. */
  Questions answerable() {
    return new Questions(
        paragraphs, questions.stream().filter(question -> !question.answers().isEmpty()).toList());
  }

  /** At most {@code limit} questions, evenly spread over the set. */
  List<Question> sample(int limit) {
    if (questions.size() <= limit) {
      return questions;
    }
    List<Question> sample = new ArrayList<>(limit);
    for (int i = 0; i < limit; i++) {
      sample.add(questions.get((int) ((long) i * questions.size() / limit)));
    }
    return sample;
  }
}
