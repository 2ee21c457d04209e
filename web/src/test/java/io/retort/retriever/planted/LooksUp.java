package io.retort.retriever.planted;

import io.retort.web.PlantedTarget;

/** Breaks the rule that retriever must not see web, so that EdgesTest can be seen to notice. */
record LooksUp(PlantedTarget target) {}
