package io.retort.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.client.Answer;
import io.retort.client.AnswerEvent;
import io.retort.client.AnswerRequest;
import io.retort.client.AnswerStream;
import io.retort.client.AnswerStyle;
import io.retort.client.CollectionPatch;
import io.retort.client.Document;
import io.retort.client.FeedbackRequest;
import io.retort.client.FeedbackRequest.FeedbackReason;
import io.retort.client.FeedbackRequest.Rating;
import io.retort.client.FileDocument;
import io.retort.client.Filter;
import io.retort.client.Include;
import io.retort.client.Job;
import io.retort.client.JobItem;
import io.retort.client.Key;
import io.retort.client.NewCollection;
import io.retort.client.NewCollection.Field;
import io.retort.client.NewCollection.FieldType;
import io.retort.client.NewKey;
import io.retort.client.NewLogin;
import io.retort.client.RetortClient;
import io.retort.client.RetortException;
import io.retort.client.Scope;
import io.retort.client.SearchMode;
import io.retort.client.SearchRequest;
import io.retort.client.Span;
import io.retort.client.TextDocument;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java client against the service: every call that it has. */
class JavaClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String POLICY =
      "Leave policy 🌴\n\nEmployees may carry over up to five unused leave days into the next year."
          + " Carried days expire on 31 March.\n";

  @TempDir static Path folder;
  private static TestServer server;
  private static FakeModels models;
  private static RetortClient client;

  @BeforeAll
  static void start() throws Exception {
    models = new FakeModels();
    server = new TestServer(folder.resolve("data"), models, Map.of());
    String key =
        server
            .admin()
            .post(
                "/api/v1/keys",
                "{\"name\":\"client\",\"scopes\":[\"admin\"],\"collections\":[\"*\"]}")
            .json()
            .get("key")
            .asString();
    client = RetortClient.of(URI.create(server.address()), key);
    client
        .collections()
        .create(
            new NewCollection(
                "handbook", "Staff handbook", null, List.of(new Field("year", FieldType.INTEGER))));
    Job job =
        client
            .documents()
            .add(
                "handbook",
                List.of(
                    new TextDocument(
                        "leave.txt",
                        POLICY,
                        "text/plain",
                        null,
                        List.of("hr"),
                        Map.of("year", 2026))));
    assertThat(job.items()).hasSize(1);
    assertThat(client.jobs().await(job.id(), PATIENCE).state()).isEqualTo("succeeded");
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  private static Document leave() {
    return client.documents().list("handbook", "SEARCHABLE", "leave").findFirst().orElseThrow();
  }

  private static Answer ask(String question) {
    return client.ask(AnswerRequest.of("handbook", question));
  }

  /** Each call twice: under one key it has one effect and one response. */
  @Test
  void aRepeatedCallGetsTheFirstResponse() throws Exception {
    RetortClient once = client.withIdempotencyKey("once-1");
    assertThat(once.collections().create(NewCollection.of("once")))
        .isEqualTo(once.collections().create(NewCollection.of("once")));
    assertThatThrownBy(() -> client.collections().create(NewCollection.of("once")))
        .hasMessageContaining("collection_exists");
    assertThatThrownBy(() -> once.collections().create(NewCollection.of("twice")))
        .hasMessageContaining("idempotency_key_reused");

    List<TextDocument> texts = List.of(TextDocument.of("a.txt", "Unused days expire."));
    Job added = once.documents().add("once", texts);
    assertThat(once.documents().add("once", texts).id()).isEqualTo(added.id());
    Path file = Files.writeString(folder.resolve("once.txt"), "Another text.");
    RetortClient upload = client.withIdempotencyKey("once-2");
    Job sent = upload.documents().upload("once", List.of(FileDocument.of(file)));
    assertThat(upload.documents().upload("once", List.of(FileDocument.of(file))).id())
        .isEqualTo(sent.id());
    client.jobs().await(sent.id(), PATIENCE);

    var question = AnswerRequest.of("handbook", "How many leave days under a key?");
    int before = models.generator().begun().size();
    Answer answer = once.ask(question);
    assertThat(once.ask(question)).isEqualTo(answer);
    assertThat(models.generator().begun()).hasSize(before + 1);
    RetortClient streaming = client.withIdempotencyKey("once-3");
    var text = new StringBuilder();
    Answer streamed = streaming.ask(question, text::append);
    assertThat(text).hasToString(streamed.answer());
    try (AnswerStream again = streaming.stream(question)) {
      Iterator<AnswerEvent> events = again.iterator();
      assertThat(events.next()).isEqualTo(new AnswerEvent.Done(streamed));
      assertThat(events.hasNext()).isFalse();
    }
    assertThat(models.generator().begun()).hasSize(before + 2);
    var chunks = List.of(answer.neighbours().getFirst().chunkId());
    assertThat(once.knockOut(answer.id(), chunks)).isEqualTo(once.knockOut(answer.id(), chunks));
    once.cancelAnswer(answer.id());
    once.cancelAnswer(answer.id());

    var search = SearchRequest.of("once", "days");
    assertThat(once.search(search)).isEqualTo(once.search(search));
    assertThat(once.conversations().create("Leave"))
        .isEqualTo(once.conversations().create("Leave"));
    assertThat(client.conversations().list().filter(c -> c.title().equals("Leave"))).hasSize(1);
  }

  @Test
  void anAnswerShowsWhereItIsFrom() {
    Answer answer =
        client.ask(
            AnswerRequest.builder("handbook", "How many leave days?")
                .style(AnswerStyle.SHORT)
                .k(3)
                .filters(Filter.between("metadata.year", 2025, null))
                .mode(SearchMode.HYBRID)
                .rerank(false)
                .sampling(0.5, 0.9, 7)
                .maxTokens(20)
                .minConfidence(0)
                .freezeNeighbours(true)
                .timeout(PATIENCE)
                .include(Include.TOKENS, Include.NEIGHBOUR_TEXT, Include.RAW_SCORES)
                .build());
    assertThat(answer.abstained()).isFalse();
    assertThat(answer.style()).isEqualTo("short");
    assertThat(answer.tokens()).isNotEmpty();
    assertThat(answer.neighbours().getFirst().text()).isEqualTo(POLICY);
    assertThat(answer.neighbours().getFirst().raw()).isNotNull();
    var citation = answer.citations().getFirst();
    assertThat(citation.sourceSpan().of(POLICY)).isEqualTo(citation.quote());
    assertThat(client.documents().passage(citation).text()).isEqualTo(citation.quote());
    assertThat(client.answer(answer.id(), Include.TOKENS).tokens()).isEqualTo(answer.tokens());
    assertThat(client.answer(answer.id()).tokens()).isNull();
    client.cancelAnswer(answer.id());
    var knockOut = client.knockOut(answer.id(), List.of(citation.chunkId()));
    assertThat(knockOut.knockOut()).isEqualTo(knockOut.logprob() - knockOut.maskedLogprob());
  }

  @Test
  void textComesBeforeTheAnswer() {
    var text = new StringBuilder();
    Answer answer = client.ask(AnswerRequest.of("handbook", "How many leave days?"), text::append);
    assertThat(text).hasToString(answer.answer());
    assertThat(answer.id()).startsWith("ans_");
  }

  @Test
  void aStreamShowsAllThatHappens() {
    var names = new ArrayList<String>();
    var request =
        AnswerRequest.builder("handbook", "How many leave days?").include(Include.TOKENS).build();
    try (AnswerStream stream = client.stream(request)) {
      for (AnswerEvent event : stream) {
        switch (event) {
          case AnswerEvent.Text text -> assertThat(text.token().text()).isEqualTo(text.text());
          case AnswerEvent.Done done -> names.add(done.answer().finishReason());
          default -> names.add(event.getClass().getSimpleName());
        }
      }
    }
    assertThat(names).containsExactly("Retrieval", "Cited", "Used", "stop");
  }

  @Test
  void anAbstentionIsNoText() {
    var events = new ArrayList<AnswerEvent>();
    try (AnswerStream stream = client.stream(AnswerRequest.of("handbook", "unsure of this"))) {
      stream.forEach(events::add);
    }
    assertThat(events).noneMatch(AnswerEvent.Text.class::isInstance);
    assertThat(events)
        .filteredOn(AnswerEvent.Abstained.class::isInstance)
        .extracting(e -> ((AnswerEvent.Abstained) e).reason())
        .containsExactly("low_confidence");
  }

  @Test
  void closingAStreamStopsTheAnswer() {
    int before = models.generator().cancelled();
    try (AnswerStream stream = client.stream(AnswerRequest.of("handbook", "wait for me"))) {
      assertThat(stream.iterator().next()).isInstanceOf(AnswerEvent.Retrieval.class);
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (models.generator().cancelled() == before) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void wrongFieldsAreNamed() {
    assertThatThrownBy(() -> client.ask(AnswerRequest.builder("handbook", "Why?").k(0).build()))
        .isInstanceOfSatisfying(
            RetortException.class,
            e -> {
              assertThat(e.status()).isEqualTo(400);
              assertThat(e.code()).isEqualTo("invalid_parameter");
              assertThat(e.problem().errors().getFirst().field()).isEqualTo("k");
              assertThat(e.problem().errors().getFirst().max()).isEqualTo(32.0);
            });
    assertThatThrownBy(() -> client.collections().get("none"))
        .isInstanceOfSatisfying(
            RetortException.class, e -> assertThat(e.code()).isEqualTo("collection_not_found"));
    try (var stranger = RetortClient.of(URI.create(server.address()), "rt_wrong")) {
      assertThatThrownBy(() -> stranger.keys().me())
          .isInstanceOfSatisfying(
              RetortException.class, e -> assertThat(e.status()).isEqualTo(401));
      assertThat(stranger.health().status()).isEqualTo("ready");
    }
  }

  @Test
  void searchFindsUnderAFilter() {
    var found =
        client.search(
            SearchRequest.builder(List.of("handbook"), "leave days")
                .k(5)
                .mode(SearchMode.LEXICAL)
                .rerank(false)
                .timeout(PATIENCE)
                .filters(Filter.eq("tags", "hr"), Filter.exists("metadata.year"))
                .include(SearchRequest.Include.CONTINUATION_TEXT, SearchRequest.Include.RAW_SCORES)
                .build());
    assertThat(found.neighbours()).hasSize(1);
    assertThat(found.neighbours().getFirst().span()).isEqualTo(new Span(0, 123));
    for (Filter none :
        List.of(
            Filter.eq("tags", "hr").not(),
            Filter.any("metadata.year", List.of(2024, 2025)),
            Filter.prefix("path", "other"))) {
      var request = SearchRequest.builder("handbook", "leave days").filters(none).build();
      assertThat(client.search(request).neighbours()).as("%s", none).isEmpty();
    }
    assertThat(client.search(SearchRequest.of("handbook", "leave days")).neighbours()).hasSize(1);
  }

  @Test
  void filesAreSentFromDisk() throws Exception {
    client.collections().create(NewCollection.of("files"));
    Path first = Files.writeString(folder.resolve("ä first.txt"), "The first file of this test.");
    Path second = Files.write(folder.resolve("second.bin"), new byte[] {0, 1, 2, (byte) 0xff});
    var states = new ArrayList<String>();
    Job accepted =
        client
            .documents()
            .upload(
                "files",
                List.of(
                    FileDocument.of(first),
                    new FileDocument(
                        second, "b/second.bin", "Second", List.of("raw"), Map.of("n", 1))));
    Job job = client.jobs().await(accepted.id(), PATIENCE, j -> states.add(j.state()));
    assertThat(job.ended()).isTrue();
    assertThat(states.getLast()).isEqualTo(job.state());
    assertThat(client.jobs().items(job.id()).map(JobItem::path))
        .containsExactlyInAnyOrder("ä first.txt", "b/second.bin");
    Document document = client.documents().list("files", null, "ä").findFirst().orElseThrow();
    assertThat(client.documents().get(document.id()).searchable()).isTrue();
    try (InputStream original = client.documents().original(document.id())) {
      assertThat(new String(original.readAllBytes(), UTF_8))
          .isEqualTo("The first file of this test.");
    }
    assertThat(client.documents().passage(document.id(), 4, 9).text()).isEqualTo("first");
    assertThat(client.documents().chunks(document.id())).hasSize(1);
    assertThatThrownBy(() -> client.documents().retry(document.id()))
        .isInstanceOfSatisfying(
            RetortException.class, e -> assertThat(e.code()).isEqualTo("nothing_to_retry"));
    client.documents().delete(document.id());
    assertThat(client.documents().deleteAll("files", "b/", true)).isEqualTo(1);
    assertThat(client.documents().list("files")).isEmpty();
    assertThatThrownBy(
            () ->
                client
                    .documents()
                    .upload("files", List.of(FileDocument.of(folder.resolve("none.txt")))))
        .isInstanceOf(RetortException.class)
        .hasCauseInstanceOf(java.io.FileNotFoundException.class);
    client.collections().delete("files");
  }

  @Test
  void listsAreWalkedToTheirEnd() {
    client.collections().create(NewCollection.of("many"));
    var documents = new ArrayList<TextDocument>();
    for (int i = 0; i < 100; i++) {
      documents.add(TextDocument.of("a/" + i + ".txt", "The number of this text is " + i));
    }
    Job job = client.documents().add("many", documents);
    client.jobs().await(job.id(), PATIENCE);
    documents.replaceAll(d -> TextDocument.of("b" + d.path(), d.text()));
    client.jobs().await(client.documents().add("many", documents).id(), PATIENCE);
    assertThat(client.documents().list("many").map(Document::path).distinct()).hasSize(200);
    assertThat(client.documents().list("many").limit(3)).hasSize(3);
    assertThat(client.jobs().items(job.id(), "SEARCHABLE")).hasSize(100);
    assertThat(client.jobs().list().map(Job::id)).contains(job.id());
    assertThat(client.jobs().get(job.id()).ended()).isTrue();
    for (Runnable late :
        List.<Runnable>of(
            () -> client.jobs().cancel(job.id()), () -> client.jobs().retry(job.id()))) {
      assertThatThrownBy(late::run)
          .isInstanceOfSatisfying(
              RetortException.class, e -> assertThat(e.status()).isEqualTo(409));
    }
  }

  @Test
  void collectionsAreChanged() {
    client.collections().create(NewCollection.of("changing"));
    var changed =
        client
            .collections()
            .update(
                "changing",
                new CollectionPatch("Changed", null, List.of(new Field("day", FieldType.DATE))));
    assertThat(changed.title()).isEqualTo("Changed");
    assertThat(changed.fields().getFirst().type()).isEqualTo("date");
    assertThat(client.collections().get("changing")).isEqualTo(changed);
    assertThat(client.collections().list().map(c -> c.id())).contains("changing", "handbook");
    client.collections().delete("changing");
    assertThat(client.collections().list().map(c -> c.id())).doesNotContain("changing");
  }

  @Test
  void turnsBelongToAConversation() {
    var conversation = client.conversations().create("Leave");
    Answer turn =
        client.ask(
            AnswerRequest.builder("handbook", "How many leave days?")
                .conversation(conversation.id(), 1)
                .build());
    assertThat(turn.conversationId()).isEqualTo(conversation.id());
    var renamed = client.conversations().rename(conversation.id(), "Holidays");
    assertThat(renamed.title()).isEqualTo("Holidays");
    assertThat(client.conversations().get(conversation.id()).turns().getFirst().answerId())
        .isEqualTo(turn.id());
    assertThat(client.conversations().list().map(c -> c.id())).contains(conversation.id());
    client.conversations().delete(conversation.id());
    assertThat(client.conversations().list().map(c -> c.id())).doesNotContain(conversation.id());
  }

  @Test
  void opinionsAreKeptAndTakenBack() {
    Answer answer = ask("How many leave days?");
    var opinion =
        new FeedbackRequest(Rating.DOWN, List.of(FeedbackReason.WRONG), "no", "Five days.");
    var put = client.feedback().put(answer.id(), opinion);
    assertThat(put.reasons()).containsExactly("wrong");
    assertThat(client.feedback().get(answer.id())).isEqualTo(put);
    assertThat(client.feedback().list()).contains(put);
    assertThat(client.feedback().examples())
        .filteredOn(example -> example.id().equals(put.id()))
        .singleElement()
        .satisfies(example -> assertThat(example.answers()).containsExactly("Five days."));
    client.feedback().delete(answer.id());
    assertThat(client.feedback().list()).doesNotContain(put);
  }

  @Test
  void keysComeAndGo() {
    Instant end = Instant.parse("2096-11-25T00:00:00Z");
    Key key =
        client.keys().create(new NewKey("reader", List.of(Scope.READ), List.of("handbook"), end));
    assertThat(key.toString()).doesNotContain(key.key());
    assertThat(key.expiresAt()).isEqualTo(end);
    try (var reader = RetortClient.of(URI.create(server.address()), key.key())) {
      assertThat(reader.keys().me().scopes()).containsExactly("read");
      assertThatThrownBy(() -> reader.ask(AnswerRequest.of("handbook", "Why?")))
          .isInstanceOfSatisfying(
              RetortException.class, e -> assertThat(e.code()).isEqualTo("missing_scope"));
    }
    assertThat(client.keys().suspend(key.id(), true).suspended()).isTrue();
    assertThat(client.keys().list().map(Key::id)).contains(key.id());
    client.keys().revoke(key.id());
    assertThat(client.keys().list().map(Key::id)).doesNotContain(key.id());
  }

  @Test
  void anAdministratorSeesTheService() {
    assertThat(client.status().index().state()).isEqualTo("running");
    var login = client.keys().createLogin(new NewLogin("Ada", List.of(Scope.ASK), null, 60));
    assertThat(login.url()).startsWith(server.address() + "/login#token=");
  }
}
