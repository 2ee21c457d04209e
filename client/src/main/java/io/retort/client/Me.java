package io.retort.client;

import java.util.List;

/** What a credential may do. */
public record Me(String name, List<String> scopes, List<String> collections) {}
