package io.retort.client.planted;

import io.retort.web.PlantedTarget;

/** Breaks the rule that encoder must not see web, so that EdgesTest can be seen to notice. */
record LooksUp(PlantedTarget target) {}
