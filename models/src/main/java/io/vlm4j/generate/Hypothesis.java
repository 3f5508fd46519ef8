package io.vlm4j.generate;

/**
 * A generated text.
 *
 * @param tokens what was generated, without the prompt and the end; not to be changed
 * @param logProbability the sum of the logarithms of the probabilities of its tokens and its end,
 *     after repetition penalty and minimum length and before temperature, top-k and top-p
 * @param score by which texts are compared; in beam search with the length penalty, else the same
 * @param ended whether the end was generated, or a watcher ended the text; if not, it was cut
 */
public record Hypothesis(long[] tokens, double logProbability, double score, boolean ended) {}
