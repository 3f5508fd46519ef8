package io.vlm4j.eval.probe;

import io.vlm4j.tensor.Scope;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * A linear classifier on frozen features: how much of a question they answer as they are. Features
 * are shifted and scaled to mean 0 and deviation 1 of each number, over what is learned from. The
 * penalty of its weights is the best of some on a validation part; then it learns from both parts.
 */
public final class LinearProbe implements AutoCloseable {
  /** The penalties tried, the strongest first. */
  public static final double[] PENALTIES = {1, 0.1, 1e-2, 1e-3, 1e-4, 1e-5};

  private final Scaling scaling;
  private final Tensor weights;
  private final double penalty;
  private final double validationAccuracy;

  private LinearProbe(Scaling scaling, Tensor weights, double penalty, double validationAccuracy) {
    this.scaling = scaling;
    this.weights = weights;
    this.penalty = penalty;
    this.validationAccuracy = validationAccuracy;
  }

  private record Scaling(double[] mean, double[] deviation) {
    static Scaling of(float[][] features) {
      int width = features[0].length;
      var mean = new double[width];
      var deviation = new double[width];
      for (float[] row : features) {
        for (int d = 0; d < width; d++) {
          mean[d] += row[d] / (double) features.length;
        }
      }
      for (float[] row : features) {
        for (int d = 0; d < width; d++) {
          deviation[d] += (row[d] - mean[d]) * (row[d] - mean[d]) / features.length;
        }
      }
      Arrays.setAll(deviation, d -> Math.max(Math.sqrt(deviation[d]), 1e-8));
      return new Scaling(mean, deviation);
    }

    float[][] apply(float[][] features) {
      return Arrays.stream(features)
          .map(row -> {
            var scaled = new float[row.length];
            for (int d = 0; d < row.length; d++) {
              scaled[d] = (float) ((row[d] - mean[d]) / deviation[d]);
            }
            return scaled;
          })
          .toArray(float[][]::new);
    }
  }

  /**
   * Learns from two parts.
   *
   * @param training of which there is at least one
   * @param validation on which the penalty is chosen; of several that are equally good, the
   *     strongest
   * @param classes number of classes
   */
  public static LinearProbe fit(Labelled training, Labelled validation, int classes) {
    if (training.labels().length == 0 || validation.labels().length == 0) {
      throw new IllegalArgumentException("a probe needs examples of both parts");
    }
    double best = -1;
    double penalty = PENALTIES[0];
    Scaling scaling = Scaling.of(training.features());
    float[][] seen = scaling.apply(validation.features());
    try (var _ = new Scope();
        var regression =
            new LogisticRegression(
                scaling.apply(training.features()), training.labels(), classes)) {
      Tensor weights = regression.zeros();
      for (double candidate : PENALTIES) {
        weights = Scope.adopt(regression.fit(candidate, weights));
        double accuracy = accuracy(LogisticRegression.predict(weights, seen), validation.labels());
        if (accuracy > best) {
          best = accuracy;
          penalty = candidate;
        }
      }
    }
    Labelled all = training.with(validation);
    Scaling ofAll = Scaling.of(all.features());
    try (var _ = new Scope();
        var regression =
            new LogisticRegression(ofAll.apply(all.features()), all.labels(), classes)) {
      return new LinearProbe(ofAll, regression.fit(penalty, regression.zeros()), penalty, best);
    }
  }

  /** The penalty chosen. */
  public double penalty() {
    return penalty;
  }

  /** The share of the validation part that was right while it was set aside. */
  public double validationAccuracy() {
    return validationAccuracy;
  }

  /** The most likely class of each. */
  public int[] predict(float[][] features) {
    return LogisticRegression.predict(weights, scaling.apply(features));
  }

  /** The share that is right; 0 of none. */
  public double accuracy(Labelled test) {
    return accuracy(predict(test.features()), test.labels());
  }

  private static double accuracy(int[] guesses, int[] labels) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += guesses[i] == labels[i] ? 1 : 0;
    }
    return right / (double) Math.max(1, labels.length);
  }

  @Override
  public void close() {
    weights.close();
  }
}
