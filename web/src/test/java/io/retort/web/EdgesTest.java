package io.retort.web;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The picture of the house as a test: which room may see which, and where a foreign library may be
 * imported. It stands in web because only here all rooms are on the class path. A rule that nothing
 * can break proves nothing, so each is also run against a planted violation.
 */
class EdgesTest {

  private static JavaClasses house;

  /** A foreign library and the only packages that may import it. */
  record Edge(String library, List<String> homes) {
    ArchRule rule() {
      return noClasses()
          .that()
          .resideOutsideOfPackages(homes.toArray(String[]::new))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(library)
          .because("the library belongs to " + homes + " alone");
    }
  }

  static List<Edge> edges() {
    return List.of(
        new Edge("ai.onnxruntime..", List.of("io.retort..onnx..")),
        new Edge("org.apache.lucene..", List.of("io.retort..lucene..")),
        new Edge("ai.djl..", List.of("io.retort..tokenizers..")),
        new Edge("org.apache.tika..", List.of("io.retort.indexer.parse..")),
        new Edge("picocli..", List.of("io.retort.web.cli..")),
        new Edge(
            "org.commonmark..",
            List.of("io.retort.indexer.parse.markdown..", "io.retort.web.docs..")),
        new Edge("org.springframework..", List.of("io.retort.web..", "io.retort.data.store..")));
  }

  private static final List<String> ROOMS =
      List.of(
          "data", "encoder", "indexer", "retriever", "generator", "client", "web", "benchmarks");

  /** A room and the other rooms that it may see. */
  record Room(String name, List<String> mayBeSeen) {
    ArchRule rule() {
      String[] hidden =
          ROOMS.stream()
              .filter(other -> !other.equals(name) && !mayBeSeen.contains(other))
              .map(other -> "io.retort." + other + "..")
              .toArray(String[]::new);
      return noClasses()
          .that()
          .resideInAPackage("io.retort." + name + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(hidden)
          .because(name + " may see " + mayBeSeen + " and no other room");
    }
  }

  static List<Room> rooms() {
    return List.of(
        new Room("data", List.of()),
        new Room("encoder", List.of("data")),
        new Room("indexer", List.of("encoder", "data")),
        new Room("retriever", List.of("encoder", "data")),
        new Room("generator", List.of("encoder", "data")),
        new Room("client", List.of()));
  }

  /** The shared words must be usable by anything, so they rest on Java and jspecify alone. */
  private static final ArchRule SHARED_WORDS_STAND_ALONE =
      classes()
          .that()
          .resideInAPackage("io.retort.data")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.retort.data", "java..", "org.jspecify..");

  /** Whoever takes the client into a program takes this along, and no more. */
  private static final ArchRule THE_CLIENT_IS_LIGHT =
      classes()
          .that()
          .resideInAPackage("io.retort.client")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.retort.client",
              "java..",
              "org.jspecify..",
              "tools.jackson..",
              "com.fasterxml.jackson.annotation");

  @BeforeAll
  static void readTheHouse() {
    house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.retort");
  }

  @Test
  void everyRoomIsOnTheClassPath() {
    assertThat(rooms()).allMatch(room -> house.containPackage("io.retort." + room.name));
  }

  @ParameterizedTest
  @MethodSource("edges")
  void aLibraryStaysInItsEdgePackage(Edge edge) {
    edge.rule().check(house);
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void aRoomNeverLooksUpOrSideways(Room room) {
    room.rule().check(house);
  }

  @Test
  void theSharedWordsStandAlone() {
    SHARED_WORDS_STAND_ALONE.check(house);
  }

  @Test
  void theClientIsLight() {
    THE_CLIENT_IS_LIGHT.check(house);
  }

  @ParameterizedTest
  @MethodSource("edges")
  void aPlantedImportOfALibraryIsFound(Edge edge) {
    JavaClasses planted = new ClassFileImporter().importPackages("io.retort.planted");
    assertThatThrownBy(() -> edge.rule().check(planted))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("io.retort.planted.EveryLibrary");
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void aPlantedLookAtTheWebIsFound(Room room) {
    JavaClasses planted =
        new ClassFileImporter().importPackages("io.retort." + room.name + ".planted");
    assertThatThrownBy(() -> room.rule().check(planted))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("io.retort." + room.name + ".planted.LooksUp");
  }
}
