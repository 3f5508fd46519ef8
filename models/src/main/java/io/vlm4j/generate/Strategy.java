package io.vlm4j.generate;

import io.vlm4j.io.InputException;

/** How the next token is chosen. */
public sealed interface Strategy {
  /** The most probable one. */
  Strategy GREEDY = new Greedy();

  /** Always the most probable token. */
  record Greedy() implements Strategy {}

  /**
   * A draw. Temperature comes first, then the {@code topK} most probable tokens stay, then of these
   * the fewest whose probabilities sum to {@code topP} (nucleus, 1904.09751); what stays is
   * renormalised. Of tokens that are equally probable, the one of the lower id goes before.
   *
   * @param temperature divides the logarithms of the probabilities
   * @param topK how many tokens stay; 0 for all
   * @param topP their sum; 1 for all
   * @param seed row i of a batch draws from the stream of {@code seed + i}
   */
  record Sampling(double temperature, int topK, double topP, long seed) implements Strategy {
    /** Checks the numbers. */
    public Sampling {
      require(
          temperature > 0 && Double.isFinite(temperature),
          "the temperature must be above 0, not " + temperature);
      require(topK >= 0, "top-k must be at least 0, not " + topK);
      require(topP > 0 && topP <= 1, "top-p must lie in (0, 1], not " + topP);
    }

    @Override
    public Strategy after(long rows) {
      return new Sampling(temperature, topK, topP, seed + rows);
    }
  }

  /**
   * Beam search: the {@code beams} most probable beginnings are followed at once. In groups, each
   * group avoids at each step what those before it have just taken (1610.02424): the choice of a
   * token costs {@code diversity} for each of their beams that has it now. Results are compared by
   * their log-probability over the power {@code lengthPenalty} of their number of tokens, the end
   * included; what diversity cost does not count there.
   *
   * @param beams of all groups together
   * @param groups 1 for plain beam search
   * @param lengthPenalty 0 compares log-probabilities as they are, 1 their mean over the tokens,
   *     more favours long texts
   */
  record Beams(int beams, int groups, double diversity, double lengthPenalty) implements Strategy {
    /** Checks the numbers. */
    public Beams {
      require(beams >= 1, "at least 1 beam is needed, not " + beams);
      require(
          groups >= 1 && beams % groups == 0,
          beams + " beams cannot be shared by " + groups + " groups: no remainder, please");
      require(
          diversity >= 0 && Double.isFinite(diversity),
          "diversity must be at least 0, not " + diversity);
      require(Double.isFinite(lengthPenalty), "the length penalty must be a finite number");
    }

    /** Plain beam search. */
    public Beams(int beams, double lengthPenalty) {
      this(beams, 1, 0, lengthPenalty);
    }
  }

  /** The strategy of the rows of a later batch, after so many rows of earlier ones. */
  default Strategy after(long rows) {
    return this;
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InputException(message);
    }
  }
}
