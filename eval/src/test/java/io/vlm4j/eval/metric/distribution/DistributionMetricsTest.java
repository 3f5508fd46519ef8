package io.vlm4j.eval.metric.distribution;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.testing.Randomness;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Expected values of distances and associations are SciPy's and NumPy's, in double precision. */
class DistributionMetricsTest {
  /** sin(shift + 1.7 i (d + 1) + bend d d) for row i and column d, in f32. */
  private static float[][] waves(int rows, int width, double shift, double bend) {
    var features = new float[rows][width];
    for (int i = 0; i < rows; i++) {
      for (int d = 0; d < width; d++) {
        features[i][d] = (float) Math.sin(shift + i * 1.7 * (d + 1) + bend * d * d);
      }
    }
    return features;
  }

  private static float[][] changed(float[][] features) {
    for (float[] row : features) {
      for (int d = 0; d < row.length; d++) {
        row[d] = row[d] * 1.25f + 0.5f;
      }
    }
    return features;
  }

  private static final float[][] FIRST = waves(40, 6, 0.3, 0.9);
  private static final float[][] SECOND = changed(waves(30, 6, 1.1, 0.4));

  @Test
  void theFrechetDistanceAsBySciPysMatrixRoot() {
    assertThat(FrechetDistance.of(FIRST, SECOND)).isCloseTo(1.694037650269944, within(1e-9));
    assertThat(FrechetDistance.of(SECOND, FIRST)).isCloseTo(1.694037650269944, within(1e-9));
    assertThat(FrechetDistance.of(FIRST, FIRST)).isCloseTo(0, within(1e-9));
  }

  @Test
  void covariancesWithoutFullRankHaveADistanceToo() {
    double distance = FrechetDistance.of(waves(5, 8, 0.2, 0.7), waves(6, 8, 0.8, 0.1));

    assertThat(distance).isCloseTo(4.4488232, within(1e-6)); // SciPy itself has 7 digits of it
  }

  @Test
  void normalDistributionsHaveTheDistanceOfTheirParameters() {
    Random random = Randomness.ofTest();
    var a = new float[20_000][4];
    var b = new float[20_000][4];
    for (int i = 0; i < a.length; i++) {
      for (int d = 0; d < 4; d++) {
        a[i][d] = (float) random.nextGaussian();
        b[i][d] = (float) (1 + 2 * random.nextGaussian());
      }
    }

    // |1|^2 in 4 dimensions, and (2 - 1)^2 in each
    assertThat(FrechetDistance.of(a, b)).isCloseTo(8, within(0.35));
  }

  @Test
  void theKernelDistanceAsInNumPy() {
    assertThat(KernelDistance.of(FIRST, SECOND)).isCloseTo(0.9880848896010694, within(1e-9));
  }

  @Test
  void blocksOfAllSamplesAreTheWholeSet() {
    var blocks = KernelDistance.ofBlocks(waves(30, 6, 0.3, 0.9), SECOND, 3, 30, 1);

    assertThat(blocks.mean())
        .isCloseTo(KernelDistance.of(waves(30, 6, 0.3, 0.9), SECOND), within(1e-9));
    assertThat(blocks.deviation()).isCloseTo(0, within(1e-9));
    var some = KernelDistance.ofBlocks(FIRST, SECOND, 200, 15, 1);
    assertThat(some.mean()).isCloseTo(0.988, within(5 * some.deviation() / Math.sqrt(200)));
    assertThat(some).isEqualTo(KernelDistance.ofBlocks(FIRST, SECOND, 200, 15, 1));
  }

  @Test
  void theKernelDistanceOfOneDistributionIsZeroOnAverage() {
    Random random = Randomness.ofTest();
    double sum = 0;
    double squares = 0;
    int rounds = 200;
    for (int r = 0; r < rounds; r++) {
      var sets = new float[2][30][4];
      for (float[][] set : sets) {
        for (float[] row : set) {
          for (int d = 0; d < 4; d++) {
            row[d] = (float) random.nextGaussian();
          }
        }
      }
      double distance = KernelDistance.of(sets[0], sets[1]);
      sum += distance;
      squares += distance * distance;
    }
    assertThat(Math.abs(sum / rounds)).isLessThan(5 * Math.sqrt(squares) / rounds);
  }

  @Test
  void featuresThatDoNotFitAreRefused() {
    assertRefused(
        () -> FrechetDistance.of(FIRST, waves(9, 5, 0, 1)), "width 6", "width 5", "one network");
    assertRefused(() -> FrechetDistance.of(FIRST, waves(1, 6, 0, 1)), "at least 2", "1");
    assertRefused(
        () -> KernelDistance.of(FIRST, new float[][] {new float[6], {0, 0, 0, 0, 0, Float.NaN}}),
        "row 1",
        "NaN");
    assertRefused(() -> KernelDistance.ofBlocks(FIRST, SECOND, 10, 31, 0), "at least 31", "30");
  }

  @Test
  void skewIsTheLogarithmOfTooMany() {
    var ranking = new RankingSkew(new int[] {0, 0, 1, 0, 1, 1}, new double[] {0.5, 0.5});

    assertThat(ranking.maxSkew(2)).isCloseTo(Math.log(2), within(1e-12));
    assertThat(ranking.maxSkew(4)).isCloseTo(Math.log(1.5), within(1e-12));
    assertThat(ranking.maxSkew(6)).isCloseTo(0, within(1e-12));
    assertThat(ranking.skew(1, 2)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(ranking.ndkl()).isCloseTo(0.37005794552755694, within(1e-12));
    assertRefused(() -> new RankingSkew(new int[] {0}, new double[] {1, 0}), "above 0");
    assertRefused(() -> new RankingSkew(new int[] {2}, new double[] {.5, .5}), "group 2");
  }

  @Test
  void disparitiesAreGapsOfRates() {
    // group 0: given to 3 of 4; of those who deserve it 2 of 2, of the others 1 of 2
    // group 1: given to 1 of 4; 1 of 3, 0 of 1; group 2 has nobody
    boolean[] given = {true, true, true, false, true, false, false, false};
    boolean[] deserved = {true, true, false, false, true, true, true, false};
    int[] group = {0, 0, 0, 0, 1, 1, 1, 1};

    var disparity = new Disparity(given, deserved, group, 3);

    assertThat(disparity.rates()).containsExactly(0.75, 0.25, Double.NaN);
    assertThat(disparity.demographicParity()).isEqualTo(0.5);
    assertThat(disparity.demographicParityRatio()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(disparity.equalOpportunity()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(disparity.equalisedOdds()).isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void associationsAsInNumPy() {
    var association =
        new Association(
            waves(4, 5, 0.2, 0.31 * 0.2),
            waves(4, 5, 1.3, 0.31 * 1.3),
            waves(3, 5, 2.1, 0.31 * 2.1),
            waves(3, 5, 2.9, 0.31 * 2.9));

    assertThat(association.effectSize()).isCloseTo(1.6967126877503105, within(1e-6));
    assertThat(association.pValue(1000, 0)).isCloseTo(1 / 70.0, within(1e-12)); // of all 70 halves
  }

  @Test
  void drawnHalvesAgreeWithWhatChanceGives() {
    Random random = Randomness.ofTest();
    var vectors = new float[4][15][6]; // C(30, 15) halves are too many to try
    for (float[][] set : vectors) {
      for (float[] vector : set) {
        for (int d = 0; d < vector.length; d++) {
          vector[d] = (float) random.nextGaussian();
        }
      }
    }
    var none = new Association(vectors[0], vectors[1], vectors[2], vectors[3]);
    var turned = new Association(vectors[1], vectors[0], vectors[2], vectors[3]);
    for (int i = 0; i < 15; i++) {
      vectors[2][i][0] += 3;
      vectors[3][i][0] -= 3;
    }
    var all = new Association(vectors[2], vectors[3], vectors[2], vectors[3]);

    assertThat(none.pValue(4000, 1) + turned.pValue(4000, 2)).isCloseTo(1, within(0.06));
    assertThat(all.pValue(4000, 1)).isEqualTo(1 / 4001.0);
    assertThat(none.effectSize()).isCloseTo(-turned.effectSize(), within(1e-9));
  }

  @Test
  void whatTheTargetFindsBeyondTheReferenceIsMemorised() {
    float[][] open = {{1, 0}, {0, 1}, {-1, 0}};
    List<Set<String>> shown = List.of(Set.of("dog", "ball"), Set.of("cat"), Set.of("car"));
    List<Set<String>> trained =
        List.of(Set.of("dog", "ball"), Set.of("dog", "cat"), Set.of("car"), Set.of());
    // The target's captions lie near the first, second and third public picture, the reference's
    // near the second, second and third. The last training picture has no objects.
    var target = new DejaVu.View(new float[][] {{1, 0}, {0, 1}, {-1, 0}, {1, 0}}, open);
    var reference = new DejaVu.View(new float[][] {{0, 1}, {0, 1}, {-1, 0}, {1, 0}}, open);

    var dejaVu = DejaVu.of(target, reference, trained, shown, 1);

    assertThat(dejaVu.precisionGap().overall()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(dejaVu.recallGap().overall()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(dejaVu.areaGap().overall()).isCloseTo((1 + 0 + 0) / 3.0, within(1e-12));
    assertThat(dejaVu.memorised()).containsExactly(2, 0, 0);
    var turned = DejaVu.of(reference, target, trained, shown, 1);
    assertThat(turned.recallGap().overall()).isCloseTo(-1 / 3.0, within(1e-12));
    // With all public pictures pooled both know the same.
    assertThat(DejaVu.of(target, reference, trained, shown, 3).precisionGap().overall()).isZero();
  }
}
