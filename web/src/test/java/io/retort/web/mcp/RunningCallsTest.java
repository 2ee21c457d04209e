package io.retort.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.CancelSignal;
import io.retort.data.store.Grant;
import io.retort.web.access.Caller;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class RunningCallsTest {
  private static final Caller CALLER =
      new Caller("key_1", new Grant("test", Set.of("ask"), Set.of("*")));
  private static final JsonNode ID = JsonNodeFactory.instance.numberNode(7);

  private final RunningCalls running = new RunningCalls();

  @Test
  void whatHasEndedIsForgotten() {
    var first = new CancelSignal();
    var second = new CancelSignal();
    try (var _ = running.enter(CALLER, "one", ID, first)) {
      try (var _ = running.enter(CALLER, "one", ID, second)) {
        running.cancel(CALLER, "one", ID);
        assertThat(first.cancelled() || second.cancelled()).as("it could be either").isFalse();
        assertThat(running.size()).isEqualTo(1);
      }
      running.cancel(CALLER, "one", JsonNodeFactory.instance.stringNode("7"));
      assertThat(first.cancelled()).as("a text is another id").isFalse();
      running.cancel(CALLER, "one", ID);
      assertThat(first.cancelled()).isTrue();
      assertThat(second.cancelled()).as("it had ended").isFalse();
    }
    assertThat(running.size()).isZero();
  }
}
