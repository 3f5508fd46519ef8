package io.vlm4j.eval.metric.answer;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.List;

/**
 * VQA accuracy (arXiv 1505.00468): an answer is right in so far as three people gave it. For each
 * person, the answers of the others are counted, min(1, same / 3), and the mean of these is the
 * score: of ten, 0, 0.3, 0.6, 0.9 and then 1 for 0, 1, 2, 3 and more people. Also of TextVQA,
 * VizWiz and OK-VQA.
 *
 * <p>The model's answer is {@linkplain VqaAnswer normalised}; those of people get only the step for
 * punctuation, and only where they are not all the same.
 */
public final class VqaAccuracy {
  private static final int ENOUGH = 3;

  private VqaAccuracy() {}

  /**
   * Scores answers.
   *
   * @param people the answers of several people to each question, usually ten
   */
  public static Scores of(List<String> answers, List<List<String>> people) {
    Checks.sameSize("VQA accuracy", "answers", answers.size(), "questions", people.size());
    var each = new double[answers.size()];
    for (int i = 0; i < each.length; i++) {
      each[i] = of(answers.get(i), people.get(i));
    }
    return Scores.mean("VQA accuracy", each);
  }

  /** Scores an answer. */
  public static double of(String answer, List<String> people) {
    Checks.atLeast("VQA accuracy", "answers of people to a question", 2, people.size());
    String own = VqaAnswer.normalized(answer);
    boolean allSame = people.stream().distinct().count() == 1;
    long same =
        people.stream()
            .map(person -> allSame ? person : VqaAnswer.punctuated(person))
            .filter(own::equals)
            .count();
    // Those who gave it miss themselves among the others.
    double byOthers = Math.min(1, (double) same / ENOUGH);
    double bySame = Math.min(1, (same - 1.0) / ENOUGH);
    long different = people.size() - same;
    return (same == 0 ? 0 : same * bySame + different * byOthers) / people.size();
  }
}
