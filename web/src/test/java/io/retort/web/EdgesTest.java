package io.retort.web;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The picture of the house as a test: which room may see which, and where a foreign library may be
 * imported. It stands in web because only here all rooms are on the class path. A rule that nothing
 * can break proves nothing, so each is also run against a planted violation.
 */
class EdgesTest {

  private static JavaClasses house;

  enum Edge {
    ONNX_RUNTIME("ai.onnxruntime..", "io.retort..onnx.."),
    LUCENE("org.apache.lucene..", "io.retort..lucene.."),
    TOKENIZERS("ai.djl..", "io.retort..tokenizers.."),
    TIKA("org.apache.tika..", "io.retort.indexer.parse.."),
    SPRING("org.springframework..", "io.retort.web..", "io.retort.data.store..");

    private final String library;
    private final String[] homes;

    Edge(String library, String... homes) {
      this.library = library;
      this.homes = homes;
    }

    ArchRule rule() {
      return noClasses()
          .that()
          .resideOutsideOfPackages(homes)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(library)
          .because("the library belongs to " + List.of(homes) + " alone");
    }
  }

  enum Room {
    DATA("data"),
    ENCODER("encoder", "data"),
    INDEXER("indexer", "encoder", "data"),
    RETRIEVER("retriever", "encoder", "data"),
    GENERATOR("generator", "encoder", "data");

    private static final List<String> ALL =
        List.of("data", "encoder", "indexer", "retriever", "generator", "web", "benchmarks");

    private final String name;
    private final List<String> mayBeSeen;

    Room(String name, String... mayBeSeen) {
      this.name = name;
      this.mayBeSeen = List.of(mayBeSeen);
    }

    ArchRule rule() {
      String[] hidden =
          ALL.stream()
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

  /** The shared words must be usable by anything, so they rest on Java and jspecify alone. */
  private static final ArchRule SHARED_WORDS_STAND_ALONE =
      classes()
          .that()
          .resideInAPackage("io.retort.data")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.retort.data", "java..", "org.jspecify..");

  @BeforeAll
  static void readTheHouse() {
    house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.retort");
  }

  @Test
  void everyRoomIsOnTheClassPath() {
    assertThat(Arrays.stream(Room.values()).map(room -> "io.retort." + room.name))
        .allMatch(house::containPackage);
  }

  @ParameterizedTest
  @EnumSource
  void aLibraryStaysInItsEdgePackage(Edge edge) {
    edge.rule().check(house);
  }

  @ParameterizedTest
  @EnumSource
  void aRoomNeverLooksUpOrSideways(Room room) {
    room.rule().check(house);
  }

  @Test
  void theSharedWordsStandAlone() {
    SHARED_WORDS_STAND_ALONE.check(house);
  }

  @ParameterizedTest
  @EnumSource
  void aPlantedImportOfALibraryIsFound(Edge edge) {
    JavaClasses planted = new ClassFileImporter().importPackages("io.retort.planted");
    assertThatThrownBy(() -> edge.rule().check(planted))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("io.retort.planted.EveryLibrary");
  }

  @ParameterizedTest
  @EnumSource
  void aPlantedLookAtTheWebIsFound(Room room) {
    JavaClasses planted =
        new ClassFileImporter().importPackages("io.retort." + room.name + ".planted");
    assertThatThrownBy(() -> room.rule().check(planted))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("io.retort." + room.name + ".planted.LooksUp");
  }
}
