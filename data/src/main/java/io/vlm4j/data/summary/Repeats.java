package io.vlm4j.data.summary;

/**
 * How many things came again.
 *
 * @param count those that had come before
 * @param isExact false if there were too many things to count, so that this is an estimate
 */
public record Repeats(long count, boolean isExact) {}
