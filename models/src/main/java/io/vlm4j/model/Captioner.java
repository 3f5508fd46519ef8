package io.vlm4j.model;

import io.vlm4j.generate.Decoder;
import org.bytedeco.pytorch.Tensor;

/** A model that says what it sees. */
public interface Captioner {
  /**
   * Begins captions.
   *
   * @param pixels pictures f32 {@code [B, 3, H, W]}
   * @return a decoder with one input for each picture, which reads texts as the model's tokenizer
   *     gives them, from the start of text on; the caller closes it
   */
  Decoder captions(Tensor pixels);
}
