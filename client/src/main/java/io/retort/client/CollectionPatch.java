package io.retort.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a collection; what is null stays.
 *
 * @param fields that are declared in addition
 */
public record CollectionPatch(
    @Nullable String title,
    @Nullable String description,
    @Nullable List<NewCollection.Field> fields) {}
