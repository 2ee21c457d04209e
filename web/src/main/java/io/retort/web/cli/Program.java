package io.retort.web.cli;

import static java.util.Objects.requireNonNull;

import io.retort.web.rooms.ModelSource;
import io.retort.web.settings.RetortSettings;
import java.util.function.Function;

/** What every verb is given: the terminal, and where a service that it starts takes models from. */
record Program(Terminal terminal, Function<RetortSettings, ModelSource> models) {
  Program {
    requireNonNull(terminal, "terminal");
    requireNonNull(models, "models");
  }
}
