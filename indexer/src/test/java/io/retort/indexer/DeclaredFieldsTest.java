package io.retort.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.store.FieldDeclaration;
import io.retort.data.store.FieldDeclaration.Type;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeclaredFieldsTest {
  private static Object value(Type type, Object given) {
    return DeclaredFields.values(
            List.of(new FieldDeclaration("f", type)), Map.of("f", given, "undeclared", "x"))
        .get("f");
  }

  @Test
  void valuesTakeTheirFieldsType() {
    assertThat(value(Type.KEYWORD, "hr")).isEqualTo("hr");
    assertThat(value(Type.KEYWORD, 7L)).isEqualTo("7");
    assertThat(value(Type.INTEGER, 2026L)).isEqualTo(2026L);
    assertThat(value(Type.INTEGER, 2026.0)).isEqualTo(2026L);
    assertThat(value(Type.NUMBER, 3L)).isEqualTo(3.0);
    assertThat(value(Type.BOOLEAN, true)).isEqualTo(true);
    assertThat(value(Type.DATE, "2026-03-31")).isEqualTo(Instant.parse("2026-03-31T00:00:00Z"));
    assertThat(value(Type.DATE, "2026-03-31T12:00:00+02:00"))
        .isEqualTo(Instant.parse("2026-03-31T10:00:00Z"));
  }

  @Test
  void whatMakesNoSenseIsLeftOut() {
    assertThat(value(Type.INTEGER, 1.5)).isNull();
    assertThat(value(Type.INTEGER, 1e300)).isNull();
    assertThat(value(Type.INTEGER, "2026")).isNull();
    assertThat(value(Type.NUMBER, "3")).isNull();
    assertThat(value(Type.BOOLEAN, "true")).isNull();
    assertThat(value(Type.DATE, "31.3.2026")).isNull();
    assertThat(value(Type.DATE, 20260331L)).isNull();
  }

  @Test
  void onlyDeclaredFieldsAreSeen() {
    assertThat(DeclaredFields.values(List.of(), Map.of("f", "x"))).isEmpty();
  }
}
