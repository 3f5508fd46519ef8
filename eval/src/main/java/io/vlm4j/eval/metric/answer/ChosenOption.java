package io.vlm4j.eval.metric.answer;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Which of several options an answer takes: EgoSchema's five (arXiv 2308.09126), TGIF-QA's (arXiv
 * 1704.04497). There is no one rule for it; this one reads, in this order, a letter that stands for
 * itself ({@code B}, {@code (b)}, {@code B. a dog}), a text that equals one option by {@link
 * VqaAnswer}'s normalisation, and one that holds the words of one option and of no other.
 */
public final class ChosenOption {
  private static final Pattern LETTER = Pattern.compile("^\\s*\\(?([A-Za-z])(?:[).:].*|\\s*)$");

  private ChosenOption() {}

  /** The index of the option that an answer takes; -1 if it takes none, or several. */
  public static int of(String answer, List<String> options) {
    Matcher letter = LETTER.matcher(answer.replace('\n', ' '));
    if (letter.matches()) {
      int index = letter.group(1).toUpperCase(Locale.ROOT).charAt(0) - 'A';
      if (index < options.size()) {
        return index;
      }
    }
    String said = VqaAnswer.normalized(answer);
    List<String> normalized = options.stream().map(VqaAnswer::normalized).toList();
    int equal = normalized.indexOf(said);
    if (equal >= 0) {
      return normalized.lastIndexOf(said) == equal ? equal : -1;
    }
    int[] held =
        IntStream.range(0, options.size())
            .filter(i -> (" " + said + " ").contains(" " + normalized.get(i) + " "))
            .toArray();
    return held.length == 1 ? held[0] : -1;
  }

  /**
   * The share of questions whose right option is taken.
   *
   * @param correct the right option of each
   */
  public static Scores accuracy(
      List<String> answers, List<List<String>> options, List<Integer> correct) {
    Checks.sameSize("accuracy", "answers", answers.size(), "questions", options.size());
    Checks.sameSize("accuracy", "answers", answers.size(), "right options", correct.size());
    return Scores.mean(
        "accuracy",
        IntStream.range(0, answers.size())
            .mapToDouble(i -> of(answers.get(i), options.get(i)) == correct.get(i) ? 1 : 0)
            .toArray());
  }
}
