package io.retort.web.rest;

/** How many documents a deletion took away. */
public record Deleted(int deleted) {}
