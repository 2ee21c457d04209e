package io.retort.web;

/** What the planted violations of EdgesTest look up to. */
public record PlantedTarget() {}
