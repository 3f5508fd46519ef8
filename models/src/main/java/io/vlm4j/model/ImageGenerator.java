package io.vlm4j.model;

import io.vlm4j.generate.Strategy;
import org.bytedeco.pytorch.Tensor;

/** A model that draws what a text says. */
public interface ImageGenerator {
  /**
   * Draws a picture for each text.
   *
   * @param tokens texts i64 {@code [B, L]} as the model's tokenizer gives them
   * @param strategy how each piece of a picture is chosen; with sampling, each row draws from a
   *     stream of its own
   * @return pictures f32 {@code [B, 3, H, W]} of values from 0 to 1
   * @throws io.vlm4j.io.InputException if the model cannot draw by that strategy
   */
  Tensor draw(Tensor tokens, Strategy strategy);
}
