package io.retort.client;

/** How many documents a deletion took away. */
public record Deleted(int deleted) {}
