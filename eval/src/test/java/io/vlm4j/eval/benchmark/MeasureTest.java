package io.vlm4j.eval.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.eval.metric.Bootstrap;
import io.vlm4j.eval.metric.choice.Classification;
import io.vlm4j.io.Json;
import io.vlm4j.testing.Randomness;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MeasureTest {
  private static final int TRIALS = 300;

  @Test
  void aMeanOverClassesEqualsTheMetric() {
    float[][] scores = {{1, 0, 0}, {0, 1, 0}, {1, 0, 0}, {0, 0, 1}, {0, 1, 0}};
    int[] truths = {0, 0, 0, 2, 1};
    double[] hits = Classification.topK(scores, truths, 1).each();
    Measure measure = Measure.classMean("m", hits, truths, 1 / 3.0);
    assertThat(measure.value())
        .isEqualTo(Classification.meanPerClass(scores, truths).overall())
        .isCloseTo((2 / 3.0 + 1 + 1) / 3, within(1e-12));
    assertThat(measure.of(new int[] {0, 1}).value()).isEqualTo(0.5);
  }

  @Test
  void aRatiosChanceIsWeighedAsItsSamples() {
    Measure measure = Measure.ratio("r", new double[] {1, 1}, new double[] {2, 6}, 0.5, 1 / 6.0);
    assertThat(measure.value()).isEqualTo(0.25);
    assertThat(measure.chance().orElseThrow()).isCloseTo((2 * 0.5 + 6 / 6.0) / 8, within(1e-12));
    assertThat(measure.of(new int[] {1}).chance()).hasValue(1 / 6.0);
  }

  @Test
  void whatNobodyKnowsIsNotSaid() {
    assertThat(Measure.mean("m", new double[] {1}, Double.NaN).chance()).isEmpty();
    assertThat(Measure.number("n", 2, null, true).interval(Bootstrap.DEFAULT)).isEmpty();
    assertThat(Measure.number("n", 2, null, true).scores()).isEmpty();
  }

  @Test
  void aStoredMeasureIsReadAsItWas() {
    Measure measure = Measure.ratio("r", new double[] {1, 1}, new double[] {2, 6}, 0.1);
    Measure read = Json.fromTree(Json.parse(Json.toLine(measure)), Measure.class, "test");
    assertThat(Json.toLine(read)).isEqualTo(Json.toLine(measure));
    assertThat(read.value()).isEqualTo(measure.value());
  }

  /** Grids hang together: their questions are drawn together, or intervals would be too short. */
  @Test
  void intervalsOfGridsHoldTheTruthAboutAsOftenAsTheySay() {
    Random random = Randomness.ofTest();
    assertThat(coverage(random, MeasureTest::grids, 0.6)).isBetween(0.89, 0.985);
  }

  @Test
  void intervalsOfMeansOverClassesHoldTheTruthAboutAsOftenAsTheySay() {
    Random random = Randomness.ofTest();
    assertThat(coverage(random, MeasureTest::classes, (0.2 + 0.5 + 0.8) / 3))
        .isBetween(0.89, 0.985);
  }

  @FunctionalInterface
  private interface Draw {
    Measure of(Random random);
  }

  private static double coverage(Random random, Draw draw, double truth) {
    var bootstrap = new Bootstrap(400, 0.95, 7);
    return IntStream.range(0, TRIALS)
            .filter(_ -> draw.of(random).interval(bootstrap).orElseThrow().contains(truth))
            .count()
        / (double) TRIALS;
  }

  /** Sixty grids of four questions, each right with a probability of its own, 0.6 on average. */
  private static Measure grids(Random random) {
    var right = new double[60];
    var asked = new double[60];
    for (int i = 0; i < right.length; i++) {
      double p = random.nextBoolean() ? 0.3 : 0.9;
      asked[i] = 4;
      right[i] = IntStream.range(0, 4).filter(_ -> random.nextDouble() < p).count();
    }
    return Measure.ratio("accuracy", right, asked, 0.25);
  }

  private static Measure classes(Random random) {
    double[] shares = {0.2, 0.5, 0.8};
    int[] classes =
        IntStream.range(0, 90).map(_ -> random.nextInt(6)).map(c -> c < 4 ? 0 : c - 3).toArray();
    double[] hits =
        IntStream.of(classes).mapToDouble(c -> random.nextDouble() < shares[c] ? 1 : 0).toArray();
    return Measure.classMean("mean per class", hits, classes, 1 / 3.0);
  }
}
