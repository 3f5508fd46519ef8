package io.vlm4j.model;

import org.bytedeco.pytorch.Tensor;

/**
 * A model that says how probable a picture is where a text is given. By Bayes' rule this makes a
 * classifier of it: of classes that are equally frequent, the one under whose text the picture is
 * most probable.
 */
public interface ImageLikelihood {
  /**
   * The natural logarithm of the probability of each picture given each text, or of what stands for
   * it: comparable for one picture between texts, not between pictures.
   *
   * @param pixels pictures f32 {@code [B, 3, H, W]}
   * @param tokens texts i64 {@code [C, L]} as the model's tokenizer gives them
   * @return f32 {@code [B, C]}
   */
  Tensor imageLogLikelihoods(Tensor pixels, Tensor tokens);
}
