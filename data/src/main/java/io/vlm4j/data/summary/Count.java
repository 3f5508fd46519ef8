package io.vlm4j.data.summary;

/** How often a name came. */
public record Count(String name, long count) {}
