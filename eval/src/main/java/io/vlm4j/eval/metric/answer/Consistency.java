package io.vlm4j.eval.metric.answer;

import io.vlm4j.eval.metric.Scores;
import io.vlm4j.io.InputException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whether a picture shows what a text asked for, by questions about it that any model answers: TIFA
 * (Hu et al., arXiv 2303.11897) and the Davidsonian scene graph (DSG, Cho et al., arXiv
 * 2310.18235). Who writes the questions is another matter; the published sets come with theirs.
 *
 * <p>An answer is right if it equals the expected one by {@link VqaAnswer}'s normalisation. The
 * score of a picture is the share of its right answers, that of all the mean over pictures.
 */
public final class Consistency {
  private Consistency() {}

  /**
   * A question about what should be there.
   *
   * @param text with its choices, if it has some
   * @param answer the expected one
   * @param parents places of the questions that make sense of it, such as "is there a car?" of "is
   *     the car red?"; none for TIFA
   */
  public record Question(String text, String answer, List<Integer> parents) {
    /** Copies the list. */
    public Question {
      parents = List.copyOf(parents);
    }

    /** One that stands alone. */
    public Question(String text, String answer) {
      this(text, answer, List.of());
    }
  }

  /**
   * The questions about one picture, and what was answered.
   *
   * @param questions at least one; parents stand before their children
   * @param answers one for each
   */
  public record Asked(List<Question> questions, List<String> answers) {
    /**
     * Checks that they belong together.
     *
     * @throws InputException if they do not
     */
    public Asked {
      questions = List.copyOf(questions);
      answers = List.copyOf(answers);
      if (questions.isEmpty() || questions.size() != answers.size()) {
        throw new InputException(
            "%d answers to %d questions about a picture: it needs one to each, and one at least"
                .formatted(answers.size(), questions.size()));
      }
      for (int i = 0; i < questions.size(); i++) {
        int place = i;
        if (questions.get(i).parents.stream().anyMatch(p -> p < 0 || p >= place)) {
          throw new InputException(
              "question %d, '%s', has a parent that does not stand before it: %s"
                  .formatted(i, questions.get(i).text, questions.get(i).parents));
        }
      }
    }

    private boolean[] right() {
      var right = new boolean[answers.size()];
      for (int i = 0; i < right.length; i++) {
        String wanted = VqaAnswer.normalized(questions.get(i).answer);
        right[i] = VqaAnswer.normalized(answers.get(i)).equals(wanted);
      }
      return right;
    }

    /** Right, and so is everything that makes sense of it. */
    private boolean[] rightWithParents() {
      boolean[] right = right();
      for (int i = 0; i < right.length; i++) { // parents come first, so theirs are settled
        for (int parent : questions.get(i).parents) {
          right[i] &= right[parent];
        }
      }
      return right;
    }
  }

  /** TIFA: every question by itself. */
  public static Scores tifa(List<Asked> pictures) {
    return Scores.mean("TIFA", pictures.stream().mapToDouble(p -> share(p.right())).toArray());
  }

  /** DSG: a question counts as wrong if one of its ancestors is. */
  public static Scores dsg(List<Asked> pictures) {
    return Scores.mean(
        "DSG", pictures.stream().mapToDouble(p -> share(p.rightWithParents())).toArray());
  }

  private static double share(boolean[] right) {
    return IntStream.range(0, right.length).filter(i -> right[i]).count() / (double) right.length;
  }
}
