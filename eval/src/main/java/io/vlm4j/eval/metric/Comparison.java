package io.vlm4j.eval.metric;

import io.vlm4j.io.InputException;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Two models measured by one metric on the same samples, in one order: is the difference more than
 * chance?
 *
 * @param first the scores of one model
 * @param second the scores of the other
 */
public record Comparison(Scores first, Scores second) {
  /** Checks that both are of one metric and of as many samples. */
  public Comparison {
    if (!first.name().equals(second.name()) || !first.isComparableTo(second)) {
      throw new InputException(
          "cannot compare %s of %d samples with %s of %d: both must be one metric on the same samples"
              .formatted(first.name(), first.size(), second.name(), second.size()));
    }
  }

  /** The first model's score less the second's. */
  public double difference() {
    return first.overall() - second.overall();
  }

  /**
   * The interval of the difference when samples are drawn together for both models (paired
   * bootstrap; Koehn 2004).
   */
  public Interval interval(Bootstrap bootstrap) {
    return bootstrap.percentile(bootstrap.drawnDifferences(first, second));
  }

  /**
   * The two-sided p-value of the difference under exchange of the two models' outputs, sample by
   * sample (approximate randomisation; Noreen 1989).
   *
   * <p>Where all 2^N exchanges are at most {@code rounds}, all are tried and p is exact; otherwise
   * {@code rounds} are drawn, and p = (1 + as extreme) / (1 + rounds), which is never 0.
   */
  public double permutationTest(int rounds, long seed) {
    Checks.atLeast("permutation test", "rounds", 1, rounds);
    int size = first.size();
    double least = Math.abs(difference()) * (1 - 1e-12); // the same sums in another order
    if (size < 31 && 1L << size <= rounds) {
      long all = 1L << size;
      return (double) extreme(all, least, mask -> exchange(size, mask)) / all;
    }
    long extreme = extreme(rounds, least, round -> drawExchange(Draws.of(seed, round), size));
    return (1.0 + extreme) / (1.0 + rounds);
  }

  private long extreme(long count, double least, LongFunction<boolean[]> of) {
    return LongStream.range(0, count)
        .parallel()
        .filter(round -> {
          boolean[] exchanged = of.apply(round);
          double difference = first.overall(second, exchanged) - second.overall(first, exchanged);
          return Math.abs(difference) >= least;
        })
        .count();
  }

  private static boolean[] exchange(int size, long mask) {
    var exchanged = new boolean[size];
    for (int i = 0; i < size; i++) {
      exchanged[i] = (mask >> i & 1) == 1;
    }
    return exchanged;
  }

  private static boolean[] drawExchange(SplittableRandom random, int size) {
    var exchanged = new boolean[size];
    for (int i = 0; i < size; i++) {
      exchanged[i] = random.nextBoolean();
    }
    return exchanged;
  }
}
