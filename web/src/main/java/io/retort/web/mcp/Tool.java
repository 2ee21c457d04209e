package io.retort.web.mcp;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.retort.web.access.Caller;
import io.retort.web.access.Scope;
import io.retort.web.json.RecordReader;
import io.retort.web.json.RecordSchema;
import io.retort.web.json.RequestBodyModel;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.LowerCamelCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Something that a model can have done. Its two schemas are those of the records that it takes and
 * gives, so they cannot say anything else than what is read and written.
 *
 * @param <A> the arguments
 * @param <R> the structured content
 */
final class Tool<A, R> {
  private final View view;
  private final Scope scope;
  private final Class<A> takes;
  private final LongWork<A, R> work;
  private final boolean takesLong;

  Tool(Scope scope, Text text, Hints hints, Class<A> takes, Class<R> gives, Work<A, R> work) {
    this(
        scope,
        text,
        hints,
        takes,
        gives,
        (arguments, caller, _) -> work.run(arguments, caller),
        false);
  }

  Tool(Scope scope, Text text, Hints hints, Class<A> takes, Class<R> gives, LongWork<A, R> work) {
    this(scope, text, hints, takes, gives, work, true);
  }

  private Tool(
      Scope scope,
      Text text,
      Hints hints,
      Class<A> takes,
      Class<R> gives,
      LongWork<A, R> work,
      boolean takesLong) {
    this.takesLong = takesLong;
    this.scope = scope;
    this.takes = takes;
    this.work = work;
    this.view =
        new View(
            text.name,
            text.title,
            text.description,
            RecordSchema.ofInput(takes),
            RecordSchema.ofOutput(gives),
            hints);
  }

  /** What people and models read of a tool. */
  record Text(String name, String title, String description) {}

  /** What a tool does for a caller who may. */
  @FunctionalInterface
  interface Work<A, R> {
    Outcome<R> run(A arguments, Caller caller) throws Exception;
  }

  /** What takes so long that its caller may want to see how far it is, or to stop it. */
  @FunctionalInterface
  interface LongWork<A, R> {
    Outcome<R> run(A arguments, Caller caller, CallWatch watch) throws Exception;
  }

  /**
   * What came of a call.
   *
   * @param remark what a reader must know who sees no more than the content, null if nothing
   */
  record Outcome<R>(R content, @Nullable String remark) {
    static <R> Outcome<R> of(R content) {
      return new Outcome<>(content, null);
    }
  }

  /** A tool as {@code tools/list} shows it. */
  @JsonNaming(LowerCamelCaseStrategy.class)
  record View(
      String name,
      String title,
      String description,
      JsonNode inputSchema,
      JsonNode outputSchema,
      Hints annotations) {}

  /**
   * What a client may want to ask its user about before a call.
   *
   * @param destructiveHint null where a call can replace something but need not, which clients take
   *     for true
   */
  @JsonNaming(LowerCamelCaseStrategy.class)
  record Hints(
      boolean readOnlyHint,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean destructiveHint,
      boolean idempotentHint,
      boolean openWorldHint) {
    /** Looks and changes nothing. */
    static final Hints READS = new Hints(true, false, true, false);

    /** Adds, and replaces what has the same place. */
    static final Hints WRITES = new Hints(false, null, true, false);

    static final Hints DELETES = new Hints(false, true, true, false);
  }

  String name() {
    return view.name;
  }

  View view() {
    return view;
  }

  boolean isFor(Caller caller) {
    return caller.may(scope);
  }

  /** Whether its caller may want to see how far it is. */
  boolean takesLong() {
    return takesLong;
  }

  /** How long a request may be that calls this tool. */
  int maxBytes() {
    return takes.getAnnotation(RequestBodyModel.class).maxBytes();
  }

  /** Reads the arguments, all wrong ones refused at once, and does the work. */
  Outcome<R> call(JsonNode arguments, Caller caller, CallWatch watch) throws Exception {
    caller.require(scope);
    return work.run(RecordReader.tree(arguments, takes, ""), caller, watch);
  }
}
