package io.vlm4j.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.OneThread;
import io.vlm4j.testing.Randomness;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OneThread.class)
class LinearProbeTest {
  /** Three clouds in four dimensions that overlap. */
  private static Labelled clouds(Random random, int count, double distance) {
    var features = new float[count][];
    var labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = random.nextInt(3);
      features[i] = Randomness.normal(random, 4);
      features[i][labels[i]] += (float) distance;
    }
    return new Labelled(features, labels);
  }

  /** The objective, written out. */
  private static double objective(double[][] w, Labelled data, double l2) {
    double sum = 0;
    for (int i = 0; i < data.labels().length; i++) {
      var logits = new double[3];
      double total = 0;
      for (int c = 0; c < 3; c++) {
        logits[c] = w[c][4];
        for (int d = 0; d < 4; d++) {
          logits[c] += w[c][d] * data.features()[i][d];
        }
        total += Math.exp(logits[c]);
      }
      sum += Math.log(total) - logits[data.labels()[i]];
    }
    double squares = 0;
    for (int c = 0; c < 3; c++) {
      for (int d = 0; d < 4; d++) {
        squares += w[c][d] * w[c][d];
      }
    }
    return sum / data.labels().length + l2 / 2 * squares;
  }

  /** The objective is convex: where it is flat, it is least. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.01, 1e-4})
  void theFitIsWhereTheObjectiveIsFlat(double l2) {
    Labelled data = clouds(Randomness.ofTest(), 200, 1.5);
    var w = new double[3][5];
    try (var _ = new Scope();
        var regression = new LogisticRegression(data.features(), data.labels(), 3)) {
      Tensor fitted = Scope.adopt(regression.fit(l2, regression.zeros()));
      float[][] rows = Tensors.toRows(fitted);
      for (int c = 0; c < 3; c++) {
        for (int d = 0; d < 5; d++) {
          w[c][d] = rows[c][d];
        }
      }
    }
    assertThat(objective(w, data, l2)).isLessThan(objective(new double[3][5], data, l2));
    double step = 1e-4;
    for (int c = 0; c < 3; c++) {
      for (int d = 0; d < 5; d++) {
        double here = w[c][d];
        w[c][d] = here + step;
        double above = objective(w, data, l2);
        w[c][d] = here - step;
        double below = objective(w, data, l2);
        w[c][d] = here;
        assertThat((above - below) / (2 * step)).isCloseTo(0, within(2e-6));
      }
    }
  }

  @Test
  void cloudsFarApartAreToldApart() {
    Random random = Randomness.ofTest();
    try (var probe = LinearProbe.fit(clouds(random, 120, 8), clouds(random, 60, 8), 3)) {
      assertThat(probe.accuracy(clouds(random, 200, 8))).isGreaterThan(0.99);
      assertThat(probe.validationAccuracy()).isGreaterThan(0.95);
    }
  }

  @Test
  void shiftAndScaleOfAFeatureDoNotMatter() {
    Random random = Randomness.ofTest();
    Labelled training = clouds(random, 120, 1);
    Labelled validation = clouds(random, 60, 1);
    Labelled test = clouds(random, 200, 1);
    try (var probe = LinearProbe.fit(training, validation, 3);
        var other = LinearProbe.fit(changed(training), changed(validation), 3)) {
      assertThat(other.penalty()).isEqualTo(probe.penalty());
      assertThat(other.predict(changed(test).features())).isEqualTo(probe.predict(test.features()));
    }
  }

  private static Labelled changed(Labelled data) {
    var features = new float[data.features().length][];
    for (int i = 0; i < features.length; i++) {
      features[i] = data.features()[i].clone();
      features[i][2] = 64 * features[i][2] + 16;
    }
    return new Labelled(features, data.labels());
  }

  /** Twenty examples in forty dimensions can be told apart by heart, which is of no use. */
  @Test
  void noiseAsksForAStrongPenalty() {
    Random random = Randomness.ofTest();
    try (var probe = LinearProbe.fit(noisy(random, 40), noisy(random, 400), 2)) {
      assertThat(probe.penalty()).isGreaterThanOrEqualTo(0.1);
      assertThat(probe.accuracy(noisy(random, 1000))).isGreaterThan(0.6);
    }
  }

  /** One weak sign among forty that are none. */
  private static Labelled noisy(Random random, int count) {
    var features = new float[count][];
    var labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = random.nextInt(2);
      features[i] = Randomness.normal(random, 40);
      features[i][0] += 2 * labels[i] - 1;
    }
    return new Labelled(features, labels);
  }

  @Test
  void aFeatureThatNeverChangesDoesNoHarm() {
    var features = new float[][] {{1, 7}, {-1, 7}, {2, 7}, {-2, 7}};
    var data = new Labelled(features, new int[] {1, 0, 1, 0});
    try (var probe = LinearProbe.fit(data, data, 2)) {
      assertThat(probe.accuracy(data)).isEqualTo(1);
    }
  }
}
