package io.retort.web.sse;

import io.swagger.v3.oas.annotations.media.Schema;

/** An event of a stream as the description shows it; {@link EventStream} writes its lines. */
@Schema(name = "StreamEvent")
public record SentEvent(
    String event,
    @Schema(description = "The id of the object, a colon, and a number that grows.") String id,
    @Schema(description = "JSON.") String data) {}
