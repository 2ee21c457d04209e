package io.retort.indexer.planted;

import io.retort.web.PlantedTarget;

/** Breaks the rule that indexer must not see web, so that EdgesTest can be seen to notice. */
record LooksUp(PlantedTarget target) {}
