package io.vlm4j.model;

import org.bytedeco.pytorch.Tensor;

/** A model that says how probable a text is beside a picture. */
public interface TextLikelihood {
  /**
   * The natural logarithm of the probability of each text: the sum over its tokens after the first,
   * its end too, padding not.
   *
   * @param pixels pictures f32 {@code [B, 3, H, W]}
   * @param tokens i64 {@code [B, L]} as the model's tokenizer gives them
   * @return {@code [B]}
   */
  Tensor textLogLikelihood(Tensor pixels, Tensor tokens);
}
