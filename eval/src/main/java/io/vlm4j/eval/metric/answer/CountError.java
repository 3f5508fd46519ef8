package io.vlm4j.eval.metric.answer;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The mean squared error of counts (TGIF-QA's repetition counts, arXiv 1704.04497), of answers in
 * words: the first number in an answer counts, as digits or as a word up to ten; an answer without
 * one counts as 0.
 */
public final class CountError {
  private static final Pattern NUMBER = Pattern.compile("\\b\\d{1,6}\\b");

  private CountError() {}

  /** The number in an answer; -1 if there is none. */
  public static int number(String answer) {
    Matcher number = NUMBER.matcher(VqaAnswer.normalized(answer));
    return number.find() ? Integer.parseInt(number.group()) : -1;
  }

  /** The squared error of an answer. */
  public static double squared(String answer, int count) {
    double error = Math.max(0, number(answer)) - (double) count;
    return error * error;
  }

  /** The mean over questions. */
  public static Scores of(List<String> answers, List<Integer> counts) {
    Checks.sameSize("squared error", "answers", answers.size(), "counts", counts.size());
    return Scores.mean(
        "squared error",
        IntStream.range(0, answers.size())
            .mapToDouble(i -> squared(answers.get(i), counts.get(i)))
            .toArray());
  }
}
