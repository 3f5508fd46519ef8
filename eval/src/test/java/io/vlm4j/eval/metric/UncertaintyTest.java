package io.vlm4j.eval.metric;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.testing.Randomness;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected values are SciPy's unless a test says otherwise. */
class UncertaintyTest {
  private static final double[] SKEWED = {
    0.1, 0.4, 0.35, 0.8, 2.5, 0.05, 0.6, 1.9, 0.2, 0.75, 3.1, 0.33
  };

  @Test
  void theNormalDistributionAsInSciPy() {
    assertThat(Normal.below(-8)).isCloseTo(6.22096057427174e-16, within(1e-24));
    assertThat(Normal.below(-3)).isCloseTo(0.0013498980316300933, within(1e-15));
    assertThat(Normal.below(0)).isEqualTo(0.5);
    assertThat(Normal.below(2)).isCloseTo(0.9772498680518208, within(1e-15));
    assertThat(Normal.below(7)).isCloseTo(0.9999999999987201, within(1e-15));
    assertThat(Normal.quantile(1e-10)).isCloseTo(-6.361340902404056, within(1e-9));
    assertThat(Normal.quantile(0.025)).isCloseTo(-1.9599639845400545, within(1e-12));
    assertThat(Normal.quantile(0.9)).isCloseTo(1.2815515655446004, within(1e-12));
    assertThat(Normal.quantile(0)).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void intervalsOfASkewedSampleAsInSciPy() {
    var bootstrap = new Bootstrap(200_000, 0.95, 3);
    Scores scores = Scores.mean("a", SKEWED);

    Interval percentile = bootstrap.percentile(scores);
    Interval bca = bootstrap.bca(scores);

    assertThat(percentile.low()).isCloseTo(0.4275, within(0.01));
    assertThat(percentile.high()).isCloseTo(1.5125, within(0.01));
    assertThat(bca.low()).isCloseTo(0.49, within(0.01));
    assertThat(bca.high()).isCloseTo(1.6375, within(0.015));
  }

  @Test
  void theSameSeedGivesTheSameInterval() {
    Scores scores = Scores.mean("a", SKEWED);

    assertThat(new Bootstrap(500, 0.9, 1).bca(scores))
        .isEqualTo(new Bootstrap(500, 0.9, 1).bca(scores))
        .isNotEqualTo(new Bootstrap(500, 0.9, 2).bca(scores));
  }

  @Test
  void aCertainScoreHasAnIntervalOfOneValue() {
    Scores scores = Scores.mean("a", new double[] {1, 1, 1});

    assertThat(Bootstrap.DEFAULT.percentile(scores)).isEqualTo(new Interval(1, 1));
    assertThat(Bootstrap.DEFAULT.bca(scores)).isEqualTo(new Interval(1, 1));
  }

  /**
   * Of 95 % intervals of 40 answers each, 95 % should hold the truth; normal error of the count.
   */
  @Test
  void intervalsHoldTheTruthAsOftenAsTheySay() {
    BiFunction<Bootstrap, Scores, Interval> percentile = Bootstrap::percentile;
    BiFunction<Bootstrap, Scores, Interval> bca = Bootstrap::bca;

    assertThat(coverage(Random::nextDouble, 0.5, percentile)).isBetween(0.90, 0.98);
    assertThat(coverage(Random::nextDouble, 0.5, bca)).isBetween(0.90, 0.98);
    // Skewed: an exponential's mean. Percentiles fall short, BCa less so.
    assertThat(coverage(r -> -Math.log(1 - r.nextDouble()), 1, bca)).isBetween(0.89, 0.98);
  }

  private static double coverage(
      ToDoubleFunction<Random> draw,
      double truth,
      BiFunction<Bootstrap, Scores, Interval> interval) {
    Random random = Randomness.ofTest();
    int rounds = 1000;
    long held =
        IntStream.range(0, rounds)
            .filter(round -> {
              double[] sample =
                  IntStream.range(0, 40).mapToDouble(_ -> draw.applyAsDouble(random)).toArray();
              var bootstrap = new Bootstrap(1000, 0.95, round);
              return interval.apply(bootstrap, Scores.mean("a", sample)).contains(truth);
            })
            .count();
    return (double) held / rounds;
  }

  @Test
  void aRatioIsResampledAsARatio() {
    Scores ratio = Scores.ratio("a", new double[] {1, 0, 4}, new double[] {1, 0, 8});

    assertThat(ratio.overall()).isEqualTo(5 / 9.0);
    assertThat(ratio.each()).containsExactly(1, 0, 0.5);
    assertThat(ratio.overall(new int[] {0, 0, 1})).isEqualTo(1);
    assertThat(ratio.overallWithoutEach()).containsExactly(0.5, 5 / 9.0, 1);
  }

  @Test
  void exchangingAllAnswersIsExactForFewSamples() {
    Scores a = Scores.mean("accuracy", new double[] {1, 0, 1, 1, 1, 0, 1, 1, 1, 0});
    Scores b = Scores.mean("accuracy", new double[] {0, 0, 1, 0, 1, 0, 0, 1, 0, 1});
    var comparison = new Comparison(a, b);

    assertThat(comparison.difference()).isCloseTo(0.3, within(1e-12));
    assertThat(comparison.permutationTest(10_000, 0)).isCloseTo(0.375, within(1e-12));
    // Drawn instead of tried out: the same within what 1000 rounds allow.
    assertThat(comparison.permutationTest(1000, 7)).isCloseTo(0.375, within(0.06));
    Interval interval = comparison.interval(Bootstrap.DEFAULT);
    assertThat(interval.contains(0.3)).isTrue();
    assertThat(interval.contains(0)).isTrue();
  }

  @Test
  void pairedSamplesTellWhatUnpairedOnesHide() {
    Random random = Randomness.ofTest();
    double[] hard = IntStream.range(0, 200).mapToDouble(_ -> random.nextDouble()).toArray();
    double[] better =
        IntStream.range(0, 200)
            .mapToDouble(i -> hard[i] + 0.02 + 0.01 * random.nextDouble())
            .toArray();
    Scores a = Scores.mean("score", better);
    Scores b = Scores.mean("score", hard);

    assertThat(new Comparison(a, b).interval(Bootstrap.DEFAULT).low()).isPositive();
    assertThat(new Comparison(a, b).permutationTest(999, 0)).isCloseTo(0.001, within(1e-12));
    assertThat(Bootstrap.DEFAULT.percentile(a).contains(b.overall())).isTrue();
  }

  @Test
  void aDifferenceByChanceIsRarelyTakenForMore() {
    Random random = Randomness.ofTest();
    int rounds = 400;
    long found =
        IntStream.range(0, rounds)
            .filter(round -> {
              double[] a = IntStream.range(0, 30).mapToDouble(_ -> random.nextDouble()).toArray();
              double[] b = IntStream.range(0, 30).mapToDouble(_ -> random.nextDouble()).toArray();
              var comparison = new Comparison(Scores.mean("x", a), Scores.mean("x", b));
              return comparison.permutationTest(199, round) <= 0.05;
            })
            .count();

    assertThat((double) found / rounds).isBetween(0.005, 0.11);
  }

  @Test
  void mcNemarIsTheExactBinomialTest() {
    assertThat(new McNemar(1, 9).pValue()).isCloseTo(0.021484375, within(1e-15));
    assertThat(new McNemar(10, 3).pValue()).isCloseTo(0.09228515625, within(1e-15));
    assertThat(new McNemar(5, 5).pValue()).isEqualTo(1);
    assertThat(new McNemar(0, 0).pValue()).isEqualTo(1);
    assertThat(new McNemar(480, 560).pValue()).isCloseTo(0.014259079095385853, within(1e-13));
    assertThat(new McNemar(0, 2000).pValue()).isZero();
    assertThat(
            McNemar.of(
                new boolean[] {true, true, false, true}, new boolean[] {true, false, true, false}))
        .isEqualTo(new McNemar(2, 1));
  }

  @Test
  void whatCannotBeMeasuredIsRefused() {
    Scores two = Scores.mean("a", new double[] {1, 0});

    assertRefused(() -> Scores.mean("accuracy", new double[0]), "accuracy", "at least one sample");
    assertRefused(
        () -> new Comparison(two, Scores.mean("a", new double[] {1})), "a of 2 samples", "of 1");
    assertRefused(() -> new Comparison(two, Scores.mean("b", new double[] {1, 0})), "b of 2");
    assertRefused(() -> new Bootstrap(10, 95, 0), "confidence 95.0", "between 0 and 1");
    assertRefused(() -> new Bootstrap(0, 0.9, 0), "resamples", "at least 1");
    assertRefused(() -> McNemar.of(new boolean[1], new boolean[2]), "1 answers", "2 answers");
  }
}
