package io.vlm4j.model;

import io.vlm4j.image.Pixels;
import java.util.List;

/** Whoever says how probable it is that it would answer so. */
public interface AnswerLikelihood {
  /**
   * The natural logarithm of the probability of each answer, its end included, to the question
   * about the picture at its place.
   */
  double[] answerLogLikelihoods(
      List<Pixels> pictures, List<String> questions, List<String> answers);
}
