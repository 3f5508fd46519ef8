package io.vlm4j.generate;

import io.vlm4j.io.InputException;
import java.util.Map;

/**
 * What is wanted of a generated text.
 *
 * @param minTokens no end comes before so many tokens
 * @param maxTokens at most so many tokens, the end included; fewer if the model cannot hold them
 * @param repetitionPenalty logits of tokens that the text or its beginning has already are divided
 *     by it if positive, else multiplied (1909.05858); 1 for none
 * @param presencePenalty is taken off the logits of tokens that the text has already; 0 for none
 * @param frequencyPenalty is taken off them as often as the text has them; 0 for none
 * @param bias is added to the logits of tokens; infinitely little forbids one
 * @param strategy how the next token is chosen
 */
public record Generation(
    int minTokens,
    int maxTokens,
    double repetitionPenalty,
    double presencePenalty,
    double frequencyPenalty,
    Map<Long, Double> bias,
    Strategy strategy) {
  /** Checks the numbers. */
  public Generation {
    if (minTokens < 0 || maxTokens < 1 || minTokens > maxTokens) {
      throw new InputException(
          "a text of at least %d and at most %d tokens cannot be".formatted(minTokens, maxTokens));
    }
    if (!(repetitionPenalty > 0 && Double.isFinite(repetitionPenalty))) {
      throw new InputException("the repetition penalty must be above 0, not " + repetitionPenalty);
    }
    if (!Double.isFinite(presencePenalty) || !Double.isFinite(frequencyPenalty)) {
      throw new InputException("presence and frequency penalty must be finite numbers");
    }
    bias = Map.copyOf(bias);
    if (bias.values().stream()
        .anyMatch(value -> value.isNaN() || value == Double.POSITIVE_INFINITY)) {
      throw new InputException("a bias must be a number below infinity");
    }
  }

  /** Without penalties of presence and frequency, and without bias. */
  public Generation(int minTokens, int maxTokens, double repetitionPenalty, Strategy strategy) {
    this(minTokens, maxTokens, repetitionPenalty, 0, 0, Map.of(), strategy);
  }

  /** The most probable token each time, at most {@code maxTokens}. */
  public static Generation greedy(int maxTokens) {
    return new Generation(0, maxTokens, 1, Strategy.GREEDY);
  }

  /** The same with another strategy. */
  public Generation with(Strategy other) {
    return new Generation(
        minTokens, maxTokens, repetitionPenalty, presencePenalty, frequencyPenalty, bias, other);
  }

  /** The same with penalties of presence and frequency, and biases by token. */
  public Generation with(double presence, double frequency, Map<Long, Double> biases) {
    return new Generation(
        minTokens, maxTokens, repetitionPenalty, presence, frequency, biases, strategy);
  }
}
