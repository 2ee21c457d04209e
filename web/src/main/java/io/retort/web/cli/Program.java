package io.retort.web.cli;

import static java.util.Objects.requireNonNull;

import io.retort.web.rooms.RoomsOpener;
import io.retort.web.settings.RetortSettings;
import java.util.function.Function;

/** What every verb is given: the terminal, and what a service that it starts is made of. */
record Program(Terminal terminal, Function<RetortSettings, RoomsOpener.Sources> sources) {
  Program {
    requireNonNull(terminal, "terminal");
    requireNonNull(sources, "sources");
  }
}
