package io.vlm4j.eval.metric.choice;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Expected calibration error (Naeini et al., AAAI 2015; Guo et al., arXiv 1706.04599): the mean
 * distance between how sure a model says it is and how often it is right, in bins of confidence
 * weighed by their samples. 0 is best. It depends on the bins: name them with the number.
 *
 * <p>An interval by resampling keeps the bins' borders; it is biased upwards, as the error itself
 * is for few samples.
 */
public final class Calibration {
  private Calibration() {}

  /**
   * With bins of one width: ((b - 1) / bins, b / bins], the first with 0.
   *
   * @param confidences between 0 and 1
   * @param right how right each answer is: 0 or 1, or a score between
   */
  public static Scores equalWidth(double[] confidences, double[] right, int bins) {
    check(confidences, right, bins);
    int[] bin =
        Arrays.stream(confidences)
            .mapToInt(c -> Math.clamp((long) Math.ceil(c * bins) - 1, 0, bins - 1))
            .toArray();
    return error("ECE, %d bins of one width".formatted(bins), confidences, right, bin, bins);
  }

  /** With bins of one number of samples, or as near as can be; equal confidences may be parted. */
  public static Scores equalMass(double[] confidences, double[] right, int bins) {
    check(confidences, right, bins);
    int size = confidences.length;
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> confidences[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    var bin = new int[size];
    for (int place = 0; place < size; place++) {
      bin[order[place]] = (int) ((long) place * bins / size);
    }
    return error("ECE, %d bins of one mass".formatted(bins), confidences, right, bin, bins);
  }

  /** Each term is a bin's sum of confidence less rightness, which its number of samples scales. */
  private static Scores error(
      String name, double[] confidences, double[] right, int[] bin, int bins) {
    var terms = new double[bins][bin.length];
    var each = new double[bin.length];
    for (int i = 0; i < bin.length; i++) {
      terms[bin[i]][i] = confidences[i] - right[i];
      each[i] = Math.abs(confidences[i] - right[i]);
    }
    return Scores.of(
        name, each, terms, (sums, count) -> Arrays.stream(sums).map(Math::abs).sum() / count);
  }

  private static void check(double[] confidences, double[] right, int bins) {
    Checks.sameSize("ECE", "confidences", confidences.length, "answers", right.length);
    Checks.atLeast("ECE", "bins", 1, bins);
    Arrays.stream(confidences).forEach(c -> Checks.probability("ECE", "confidence", c));
    Arrays.stream(right).forEach(r -> Checks.probability("ECE", "score of an answer", r));
  }
}
