package io.vlm4j.model;

import io.vlm4j.dialogue.PictureReader;
import io.vlm4j.generate.Decoder;
import io.vlm4j.tensor.Batch;
import org.bytedeco.pytorch.Tensor;

/**
 * A language model that reads pictures among the words. In rows of tokens, an id of its own stands
 * in each place of a picture.
 */
public interface PictureLanguageModel extends LanguageModel {
  /** How pictures become places in rows of tokens. */
  PictureReader pictures();

  /**
   * Logits of the token after each, {@code [B, L, V]}.
   *
   * @param rows {@link Batch#TOKENS} {@code [B, L]}, filled behind with anything; of all their
   *     pictures in order, {@link Batch#PIXELS} of the views {@code [N, 3, H, W]} and {@link
   *     Batch#SIZES}; they stay the caller's
   */
  Tensor tokenLogits(Batch rows);

  /**
   * Begins texts that go on from prompts with pictures.
   *
   * @param prompts {@link Batch#TOKENS} {@code [R, L]}, filled in front with anything; of all their
   *     pictures in order, {@link Batch#PIXELS} of the views {@code [N, 3, H, W]} and {@link
   *     Batch#SIZES}; it stays the caller's
   * @return a decoder whose first reading is of these prompts, whatever tokens it is given; the
   *     caller closes it
   */
  Decoder texts(Batch prompts);
}
