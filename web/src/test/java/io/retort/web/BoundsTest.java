package io.retort.web;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.retort.web.access.Places;
import io.retort.web.answers.AnswerDesk;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import io.retort.web.search.Gate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever waits in this house waits in a queue that ends, and is counted. */
@Tag("API-5")
class BoundsTest {
  /** They repeat a task of their own, so that nothing can pile up. */
  private static final Pattern PERIODIC =
      Pattern.compile("io\\.retort\\.(web\\.Housekeeping|indexer\\.parse\\.ForkedParsers)(\\$.*)?");

  private static JavaClasses house;

  @BeforeAll
  static void readTheHouse() {
    house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.retort");
  }

  /** Their threads or their queues have no end; a pool of ours names both. */
  static List<ArchRule> rules() {
    return List.of(
        noClasses()
            .that()
            .haveNameNotMatching(PERIODIC.pattern())
            .should()
            .callMethodWhere(target(owner(equivalentTo(Executors.class)))),
        never(LinkedBlockingQueue.class),
        never(LinkedBlockingDeque.class),
        never(LinkedTransferQueue.class),
        never(PriorityBlockingQueue.class),
        never(DelayQueue.class),
        never(ScheduledThreadPoolExecutor.class),
        noClasses()
            .should()
            .callMethod(CompletableFuture.class, "runAsync", Runnable.class)
            .because("the common pool's queue has no end"));
  }

  private static ArchRule never(Class<?> unbounded) {
    return noClasses()
        .should()
        .callConstructorWhere(target(owner(equivalentTo(unbounded))))
        .because("a " + unbounded.getSimpleName() + " has no end");
  }

  /** Requests wait at a gate, which a metric tells of, or for a slot, which another one does. */
  private static final ArchRule REQUESTS_WAIT_WHERE_THEY_ARE_COUNTED =
      noClasses()
          .that()
          .areNotAssignableTo(Gate.class)
          .and()
          .areNotAssignableTo(AnswerDesk.class)
          .should()
          .callConstructorWhere(target(owner(equivalentTo(Places.class))));

  @ParameterizedTest
  @MethodSource("rules")
  void nothingWaitsWithoutEnd(ArchRule rule) {
    rule.check(house);
  }

  @Test
  void requestsWaitWhereTheyAreCounted() {
    REQUESTS_WAIT_WHERE_THEY_ARE_COUNTED.check(house);
  }

  /** What every rule here must find. */
  static final class Planted {
    final ExecutorService executor = Executors.newCachedThreadPool();
    final List<Object> queues =
        List.of(
            new LinkedBlockingQueue<String>(),
            new LinkedBlockingDeque<String>(),
            new LinkedTransferQueue<String>(),
            new PriorityBlockingQueue<String>(),
            new DelayQueue<>(),
            new ScheduledThreadPoolExecutor(1),
            CompletableFuture.runAsync(() -> {}),
            new Places<String>("a place", 1, 1, () -> Duration.ZERO));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aPlantedQueueWithoutEndIsFound(ArchRule rule) {
    JavaClasses planted = new ClassFileImporter().importClasses(Planted.class);
    assertThatThrownBy(() -> rule.check(planted)).hasMessageContaining("Planted");
    assertThatThrownBy(() -> REQUESTS_WAIT_WHERE_THEY_ARE_COUNTED.check(planted))
        .hasMessageContaining("Planted");
  }

  @Test
  void everyQueueHasItsMetric(@TempDir Path dataDir) throws Exception {
    try (var server = new TestServer(dataDir, new FakeModels(), Map.of())) {
      assertThat(
              Pattern.compile("retort_queue_depth\\{queue=\"([a-z]+)\"} 0\\.0")
                  .matcher(server.admin().get("/actuator/prometheus").text())
                  .results()
                  .map(found -> found.group(1)))
          .containsExactlyInAnyOrder(
              "answers", "embeddings", "evaluations", "figures", "ingest", "search", "uploads");
    }
  }
}
