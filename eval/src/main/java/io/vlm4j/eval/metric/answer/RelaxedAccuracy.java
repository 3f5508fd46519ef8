package io.vlm4j.eval.metric.answer;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * Relaxed accuracy of ChartQA (arXiv 2203.10244): a number is right within 5 % of the expected one,
 * both ends included; anything else must be the same text, whatever its case. A percentage is a
 * hundredth, so that 12 % is 0.12 and not 12, as in the evaluation of Pix2Struct (arXiv
 * 2210.03347). Where 0 is expected there is no relative error, and the texts must be the same.
 */
public final class RelaxedAccuracy {
  private static final double TOLERANCE = 0.05;
  private static final double ROUNDING = 1e-9; // 1.05 is within 5 % of 1, though not in binary
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?(%?)");

  private RelaxedAccuracy() {}

  /** Scores answers. */
  public static Scores of(List<String> answers, List<String> expected) {
    Checks.sameSize("relaxed accuracy", "answers", answers.size(), "questions", expected.size());
    var each = new double[answers.size()];
    for (int i = 0; i < each.length; i++) {
      each[i] = isRight(answers.get(i), expected.get(i)) ? 1 : 0;
    }
    return Scores.mean("relaxed accuracy", each);
  }

  /** Whether an answer is near enough. */
  public static boolean isRight(String answer, String expected) {
    OptionalDouble own = number(answer);
    OptionalDouble right = number(expected);
    if (own.isPresent() && right.isPresent() && right.getAsDouble() != 0) {
      double error = Math.abs(own.getAsDouble() - right.getAsDouble());
      return error / Math.abs(right.getAsDouble()) <= TOLERANCE + ROUNDING;
    }
    return answer.toLowerCase(Locale.ROOT).equals(expected.toLowerCase(Locale.ROOT));
  }

  private static OptionalDouble number(String text) {
    var matcher = NUMBER.matcher(text.strip());
    if (!matcher.matches()) {
      return OptionalDouble.empty();
    }
    boolean percent = !matcher.group(1).isEmpty();
    double value = Double.parseDouble(matcher.group().replace("%", ""));
    return OptionalDouble.of(percent ? value / 100 : value);
  }
}
