package io.vlm4j.eval.metric.choice;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * POPE's scores (arXiv 2305.10355): of questions "Is there a ... in the image?", half of which are
 * to be answered by yes. Yes is the positive class; report the share of yes beside the others,
 * since a model that always says yes has a recall of 1.
 */
public final class YesNo {
  private YesNo() {}

  /**
   * Whether a text says yes, as POPE reads it: the words of its first sentence are looked at, and
   * one of {@code no}, {@code not}, in small letters or capitals, means no; anything else is yes.
   */
  public static boolean saysYes(String answer) {
    int stop = answer.indexOf('.');
    String sentence = (stop < 0 ? answer : answer.substring(0, stop)).replace(",", "");
    return Arrays.stream(sentence.toLowerCase(Locale.ROOT).split("\\s+"))
        .noneMatch(word -> word.equals("no") || word.equals("not"));
  }

  /** Accuracy, precision, recall, F1 and the share of yes. */
  public static List<Scores> of(boolean[] answers, boolean[] truths) {
    Checks.sameSize("yes-no", "answers", answers.length, "truths", truths.length);
    int size = answers.length;
    var right = new double[size];
    var yes = new double[size];
    var trueYes = new double[size];
    var wanted = new double[size];
    for (int i = 0; i < size; i++) {
      right[i] = answers[i] == truths[i] ? 1 : 0;
      yes[i] = answers[i] ? 1 : 0;
      wanted[i] = truths[i] ? 1 : 0;
      trueYes[i] = yes[i] * wanted[i];
    }
    return List.of(
        Scores.mean("accuracy", right),
        Scores.ratio("precision", trueYes, yes),
        Scores.ratio("recall", trueYes, wanted),
        Scores.of("F1", right, new double[][] {trueYes, yes, wanted}, (sums, _) -> f1(sums)),
        Scores.mean("yes ratio", yes));
  }

  /** 2 P R / (P + R), which is 2 x right yes / (yes said + yes wanted). */
  private static double f1(double[] sums) {
    return sums[1] + sums[2] == 0 ? 0 : 2 * sums[0] / (sums[1] + sums[2]);
  }
}
