package io.vlm4j.model;

import io.vlm4j.generate.Decoder;
import org.bytedeco.pytorch.Tensor;

/** A model that foretells texts, token by token. */
public interface LanguageModel {
  /**
   * Logits of the token after each: i64 {@code [B, L] -> [B, L, V]}. No token sees a later one, so
   * rows of other lengths may be filled behind with anything.
   */
  Tensor tokenLogits(Tensor ids);

  /**
   * Begins texts.
   *
   * @return a decoder with one input for each row of what it reads first; prompts may have
   *     different lengths; the caller closes it
   */
  Decoder texts();
}
