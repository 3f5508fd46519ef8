package io.vlm4j.eval.metric.answer;

import io.vlm4j.image.Pixels;
import io.vlm4j.model.AnswerLikelihood;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * VQAScore (arXiv 2404.01291): a text fits a picture as well as it is probable that an answering
 * model, asked whether the picture shows it, says yes. The answer's end counts too.
 */
public final class VqaScore {
  /** What is asked; the text stands for {@code {}}. */
  public static final String QUESTION = "Does this figure show \"{}\"? Please answer yes or no.";

  /** The answer whose probability is the score. */
  public static final String ANSWER = "Yes";

  private VqaScore() {}

  /** The score of each picture with the text at its place, from 0 to 1. */
  public static double[] of(AnswerLikelihood who, List<Pixels> pictures, List<String> texts) {
    return Arrays.stream(logarithms(who, pictures, texts)).map(Math::exp).toArray();
  }

  /** The natural logarithms of the scores, which tell small ones apart. */
  public static double[] logarithms(
      AnswerLikelihood who, List<Pixels> pictures, List<String> texts) {
    return who.answerLogLikelihoods(
        pictures,
        texts.stream().map(text -> QUESTION.replace("{}", text)).toList(),
        Collections.nCopies(texts.size(), ANSWER));
  }
}
