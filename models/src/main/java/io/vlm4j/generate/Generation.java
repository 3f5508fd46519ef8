package io.vlm4j.generate;

import io.vlm4j.io.InputException;

/**
 * What is wanted of a generated text.
 *
 * @param minTokens no end comes before so many tokens
 * @param maxTokens at most so many tokens, the end included; fewer if the model cannot hold them
 * @param repetitionPenalty logits of tokens that the text or its beginning has already are divided
 *     by it if positive, else multiplied (1909.05858); 1 for none
 * @param strategy how the next token is chosen
 */
public record Generation(
    int minTokens, int maxTokens, double repetitionPenalty, Strategy strategy) {
  /** Checks the numbers. */
  public Generation {
    if (minTokens < 0 || maxTokens < 1 || minTokens > maxTokens) {
      throw new InputException(
          "a text of at least %d and at most %d tokens cannot be".formatted(minTokens, maxTokens));
    }
    if (!(repetitionPenalty > 0 && Double.isFinite(repetitionPenalty))) {
      throw new InputException("the repetition penalty must be above 0, not " + repetitionPenalty);
    }
  }

  /** The most probable token each time, at most {@code maxTokens}. */
  public static Generation greedy(int maxTokens) {
    return new Generation(0, maxTokens, 1, Strategy.GREEDY);
  }

  /** The same with another strategy. */
  public Generation with(Strategy other) {
    return new Generation(minTokens, maxTokens, repetitionPenalty, other);
  }
}
