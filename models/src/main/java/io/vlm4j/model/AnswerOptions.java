package io.vlm4j.model;

import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Strategy;
import io.vlm4j.io.InputException;
import java.util.List;
import java.util.Map;

/**
 * What is wanted of an answer, as OpenAI's interface names it.
 *
 * @param temperature 0 always takes the most probable token
 * @param topP draws from the most probable tokens that sum to it; 1 for all
 * @param topK draws from so many tokens; 0 for all
 * @param presencePenalty off the logits of tokens that the answer has already
 * @param frequencyPenalty off them for each time that it has them
 * @param seed of what is drawn
 * @param maxTokens at most so many tokens, the end included
 * @param stop strings that end the answer, and are no part of it
 * @param logitBias is added to the logits of tokens, by their ids
 */
public record AnswerOptions(
    double temperature,
    double topP,
    int topK,
    double presencePenalty,
    double frequencyPenalty,
    long seed,
    int maxTokens,
    List<String> stop,
    Map<Long, Double> logitBias) {
  /** The most probable tokens, at most 256. */
  public static final AnswerOptions GREEDY =
      new AnswerOptions(0, 1, 0, 0, 0, 0, 256, List.of(), Map.of());

  /** Checks the numbers. */
  public AnswerOptions {
    if (!(temperature >= 0 && Double.isFinite(temperature))) {
      throw new InputException("the temperature must be at least 0, not " + temperature);
    }
    stop = List.copyOf(stop);
    if (stop.stream().anyMatch(String::isEmpty)) {
      throw new InputException("a stop string must have at least one character");
    }
    logitBias = Map.copyOf(logitBias);
  }

  /** The same with at most so many tokens. */
  public AnswerOptions withMaxTokens(int tokens) {
    return new AnswerOptions(
        temperature, topP, topK, presencePenalty, frequencyPenalty, seed, tokens, stop, logitBias);
  }

  /** The same with other strings that end the answer. */
  public AnswerOptions withStop(String... strings) {
    return new AnswerOptions(
        temperature,
        topP,
        topK,
        presencePenalty,
        frequencyPenalty,
        seed,
        maxTokens,
        List.of(strings),
        logitBias);
  }

  /** What the generator is asked for. */
  Generation generation() {
    Strategy strategy =
        temperature == 0 ? Strategy.GREEDY : new Strategy.Sampling(temperature, topK, topP, seed);
    return new Generation(0, maxTokens, 1, strategy)
        .with(presencePenalty, frequencyPenalty, logitBias);
  }
}
