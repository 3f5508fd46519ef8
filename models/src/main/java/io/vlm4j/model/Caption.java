package io.vlm4j.model;

/**
 * What a model says of a picture.
 *
 * @param text the caption
 * @param logProbability of its tokens and its end
 * @param score by which captions of one picture are compared; with beams, the log-probability over
 *     a power of the length
 * @param isWhole whether the model came to an end; if not, the caption was cut
 */
public record Caption(String text, double logProbability, double score, boolean isWhole) {}
