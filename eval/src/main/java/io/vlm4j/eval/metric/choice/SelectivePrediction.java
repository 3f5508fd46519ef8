package io.vlm4j.eval.metric.choice;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a model is worth that may say "I do not know" (Whitehead et al., arXiv 2204.13631; El-Yaniv
 * and Wiener, JMLR 11, 2010). It answers where its confidence reaches a threshold: coverage is the
 * share of questions answered, risk 1 less the mean accuracy of those answers.
 *
 * <p>Questions of one confidence are answered together or not at all, since no threshold parts
 * them.
 */
public final class SelectivePrediction {
  private final List<Point> curve = new ArrayList<>();
  private final double[] confidences;
  private final double[] accuracies;
  private final int[] order; // the surest first

  /**
   * Sorts answers by confidence.
   *
   * @param confidences of each answer; any numbers, higher is surer
   * @param accuracies of each answer, between 0 and 1, such as VQA accuracy
   */
  public SelectivePrediction(double[] confidences, double[] accuracies) {
    String name = "selective prediction";
    Checks.sameSize(name, "confidences", confidences.length, "accuracies", accuracies.length);
    Checks.notEmpty(name, "answers", confidences.length);
    Arrays.stream(confidences)
        .filter(Double::isNaN)
        .findAny()
        .ifPresent(_ -> {
          throw new InputException(name + ": a confidence is not a number");
        });
    Arrays.stream(accuracies).forEach(a -> Checks.probability(name, "accuracy", a));
    this.confidences = confidences.clone();
    this.accuracies = accuracies.clone();
    int size = confidences.length;
    order =
        IntStream.range(0, size)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -confidences[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double risk = 0;
    for (int answered = 1; answered <= size; answered++) {
      double confidence = confidences[order[answered - 1]];
      risk += 1 - accuracies[order[answered - 1]];
      if (answered == size || confidences[order[answered]] != confidence) {
        curve.add(new Point(confidence, (double) answered / size, risk / answered));
      }
    }
  }

  /**
   * What a threshold gives.
   *
   * @param threshold the least confidence of an answer
   */
  public record Point(double threshold, double coverage, double risk) {}

  /** The risk-coverage curve, from the surest answers to all. */
  public List<Point> curve() {
    return List.copyOf(curve);
  }

  /** C@R: the highest coverage of any threshold whose risk is at most {@code risk}; 0 if none. */
  public double coverageAt(double risk) {
    return curve.stream()
        .filter(point -> point.risk() <= risk + 1e-12)
        .mapToDouble(Point::coverage)
        .max()
        .orElse(0);
  }

  /**
   * The area under the risk-coverage curve: the mean, over the number of answers given, of their
   * risk; lower is better. Answers of one confidence share the risk at their end.
   */
  public double area() {
    double area = 0;
    double before = 0;
    for (Point point : curve) {
      area += point.risk() * (point.coverage() - before);
      before = point.coverage();
    }
    return area;
  }

  /**
   * Effective reliability: an answer given counts its accuracy, or {@code -cost} if that is 0; one
   * not given counts 0.
   *
   * @param threshold the least confidence of an answer, chosen on other data
   */
  public Scores effectiveReliability(double cost, double threshold) {
    return Scores.mean(
        "effective reliability at cost " + cost,
        IntStream.range(0, accuracies.length)
            .mapToDouble(i -> confidences[i] < threshold ? 0 : worth(i, cost))
            .toArray());
  }

  /**
   * The threshold with the highest effective reliability on these answers, to be used on others;
   * above all confidences if answering nothing is best.
   */
  public double bestThreshold(double cost) {
    double best = 0;
    double threshold = Double.POSITIVE_INFINITY;
    double value = 0;
    int answered = 0;
    for (Point point : curve) {
      for (;
          answered < order.length && confidences[order[answered]] >= point.threshold();
          answered++) {
        value += worth(order[answered], cost);
      }
      if (value > best) {
        best = value;
        threshold = point.threshold();
      }
    }
    return threshold;
  }

  private double worth(int answer, double cost) {
    return accuracies[answer] > 0 ? accuracies[answer] : -cost;
  }
}
