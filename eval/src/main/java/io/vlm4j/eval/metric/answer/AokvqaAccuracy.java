package io.vlm4j.eval.metric.answer;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.List;

/**
 * The two scores of A-OKVQA (arXiv 2206.01718). Answers are compared as they are, without
 * normalisation, as its evaluation does: a model that chooses freely is first brought to the
 * nearest choice by whoever calls.
 */
public final class AokvqaAccuracy {
  private static final int ENOUGH = 3;

  private AokvqaAccuracy() {}

  /**
   * Multiple choice: the share of questions whose right choice was named.
   *
   * @param right the right choice of each question
   */
  public static Scores multipleChoice(List<String> answers, List<String> right) {
    Checks.sameSize("A-OKVQA", "answers", answers.size(), "questions", right.size());
    var each = new double[answers.size()];
    for (int i = 0; i < each.length; i++) {
      each[i] = answers.get(i).equals(right.get(i)) ? 1 : 0;
    }
    return Scores.mean("A-OKVQA multiple choice", each);
  }

  /**
   * Direct answer: min(1, same / 3), of the ten answers of people. Unlike in VQA, nobody is left
   * out. Questions marked {@code difficult_direct_answer} are not part of this score.
   */
  public static Scores directAnswer(List<String> answers, List<List<String>> people) {
    Checks.sameSize("A-OKVQA", "answers", answers.size(), "questions", people.size());
    var each = new double[answers.size()];
    for (int i = 0; i < each.length; i++) {
      long same = people.get(i).stream().filter(answers.get(i)::equals).count();
      each[i] = Math.min(1, (double) same / ENOUGH);
    }
    return Scores.mean("A-OKVQA direct answer", each);
  }
}
