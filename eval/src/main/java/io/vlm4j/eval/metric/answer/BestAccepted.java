package io.vlm4j.eval.metric.answer;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.List;
import java.util.function.ToDoubleBiFunction;

/** Scores of answers of which several are accepted: the best of them counts, then the mean. */
final class BestAccepted {
  private BestAccepted() {}

  static Scores of(
      String name,
      List<String> answers,
      List<List<String>> accepted,
      ToDoubleBiFunction<String, String> score) {
    Checks.sameSize(name, "answers", answers.size(), "questions", accepted.size());
    var each = new double[answers.size()];
    for (int i = 0; i < each.length; i++) {
      Checks.notEmpty(name, "accepted answers to each question", accepted.get(i).size());
      for (String right : accepted.get(i)) {
        each[i] = Math.max(each[i], score.applyAsDouble(answers.get(i), right));
      }
    }
    return Scores.mean(name, each);
  }
}
