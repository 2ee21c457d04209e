package io.retort.generator.planted;

import io.retort.web.PlantedTarget;

/** Breaks the rule that generator must not see web, so that EdgesTest can be seen to notice. */
record LooksUp(PlantedTarget target) {}
