package io.retort.data.planted;

import io.retort.web.PlantedTarget;

/** Breaks the rule that data must not see web, so that EdgesTest can be seen to notice. */
record LooksUp(PlantedTarget target) {}
